import { bytes, integer, oneOf } from '../../../core/check.js';
import { UsageError } from '../../../core/errors.js';
import { checkPath, checkSequentialPath, inChroot, outOfChroot } from '../../path.js';
import type { Acl, CreateMode, Stat } from '../../types.js';
import { checkAcl, writeAcl } from '../aclCodec.js';
import type { Op } from '../op.js';
import { readStat } from '../stat.js';

export interface CreateRequest {
  readonly path: string;
  readonly data: Uint8Array | null;
  readonly acl: readonly Acl[];
  readonly mode: CreateMode;
  /** Milliseconds that a TTL node lives without a change or a child; only for the two TTL modes. */
  readonly ttl?: number | undefined;
}

/** A node that was created. */
export interface Created {
  /** Its path: with a sequential mode, the server completed it. */
  readonly path: string;
  /** Its metadata; `czxid` serves as a fencing token. Servers before 3.5 do not tell. */
  readonly stat?: Stat;
}

const FLAGS: Readonly<Record<CreateMode, number>> = {
  persistent: 0,
  ephemeral: 1,
  persistentSequential: 2,
  ephemeralSequential: 3,
  container: 4,
  persistentWithTtl: 5,
  persistentSequentialWithTtl: 6,
};
const LONGEST_TTL = 2 ** 40 - 1;

const common = {
  name: 'create',
  readOnly: false,
  check({ path, data, acl, mode, ttl }: CreateRequest) {
    oneOf('mode', mode, Object.keys(FLAGS));
    if (isSequential(mode)) checkSequentialPath(path);
    else checkPath(path);
    if (data !== null) bytes('data', data);
    checkAcl(acl);
    if (isTtl(mode)) integer('ttl', ttl, 1, LONGEST_TTL);
    else if (ttl !== undefined) throw new UsageError('ttl', `is for the TTL modes, not for ${mode}`);
  },
  encode(out, { path, data, acl, mode }) {
    out.string(path).buffer(data);
    writeAcl(out, acl);
    out.int(FLAGS[mode]);
  },
  numbered: ({ mode }) => isSequential(mode),
  path: ({ path }) => path,
  root: (request, root) => ({
    ...request,
    path: isSequential(request.mode) && request.path === '/' ? `${root}/` : inChroot(root, request.path),
  }),
  unroot: (reply, root) => ({ ...reply, path: outOfChroot(root, reply.path) }),
} satisfies Partial<Op<CreateRequest, Created>>;

/** The create of servers before 3.5: no Stat in the reply. */
const create1: Op<CreateRequest, Created> = { ...common, opcode: 1, decode: (input) => ({ path: input.string() }) };
const create2: Op<CreateRequest, Created> = {
  ...common,
  opcode: 15,
  since: 30500,
  fallback: create1,
  decode: (input) => ({ path: input.string(), stat: readStat(input) }),
};
const createContainer: Op<CreateRequest, Created> = { ...withoutFallback(create2), opcode: 19, since: 30501 };
const createTtl: Op<CreateRequest, Created> = {
  ...withoutFallback(create2),
  opcode: 21,
  since: 30503,
  encode(out, request) {
    common.encode(out, request);
    out.long(BigInt(request.ttl as number));
  },
};

/** The operation that creates a node of the mode: ZooKeeper has three of them. */
export function createOp(mode: CreateMode): Op<CreateRequest, Created> {
  return mode === 'container' ? createContainer : isTtl(mode) ? createTtl : create2;
}

export function isSequential(mode: CreateMode): boolean {
  return mode === 'persistentSequential' || mode === 'ephemeralSequential' || mode === 'persistentSequentialWithTtl';
}

export function isEphemeral(mode: CreateMode): boolean {
  return mode === 'ephemeral' || mode === 'ephemeralSequential';
}

function isTtl(mode: CreateMode): boolean {
  return mode === 'persistentWithTtl' || mode === 'persistentSequentialWithTtl';
}

function withoutFallback({ fallback: _, ...op }: Op<CreateRequest, Created>): Op<CreateRequest, Created> {
  return op;
}
