import type { JuteReader } from '../../../zookeeper/protocol/juteReader.js';
import { type Acl, Permission } from '../../../zookeeper/types.js';
import { Code, refuse } from '../refusal.js';
import type { Client, ServerState } from '../serverState.js';
import type { NodeKind } from '../store/znode.js';
import { ProtocolError } from '../../../core/errors.js';
import { aclOf, checkPath, pathOf } from './argument.js';
import { Op } from './opcode.js';
import type { Member, Write, WriteReader } from './writes.js';
import { CREATE2_RESULT_FIXED, hasFix } from './fixes.js';

/** What the flags of a create mean: 0 to 6. */
const MODES: readonly { readonly kind: NodeKind; readonly sequential: boolean }[] = [
  { kind: 'persistent', sequential: false },
  { kind: 'ephemeral', sequential: false },
  { kind: 'persistent', sequential: true },
  { kind: 'ephemeral', sequential: true },
  { kind: 'container', sequential: false },
  { kind: 'ttl', sequential: false },
  { kind: 'ttl', sequential: true },
];
const LONGEST_TTL = 2n ** 40n - 1n;

/** Any of the four creates. */
export function createRequest(opcode: number): WriteReader {
  return (input) => {
    const asked = readCreate(opcode, input);
    return performing(opcode, asked);
  };
}

/** A create in a multi: what it does, and how it is answered, depends on its flags more than on its opcode. */
export function createMember(opcode: number, input: JuteReader, { settings: { version } }: ServerState): Member {
  const asked = readCreate(opcode, input);
  const kind = MODES[asked.flags]?.kind;
  const namesItself = hasFix(version, CREATE2_RESULT_FIXED);
  if (opcode === Op.createTtl && kind === 'ttl') return { opcode, request: performing(opcode, asked) };
  if (opcode !== Op.createTtl && namesItself && kind === undefined) throw new ProtocolError(`create with flags ${asked.flags}`);
  if (kind === 'ttl' && !namesItself) return { opcode, request: impossible };
  const actual = kind === 'container' ? Op.createContainer : namesItself && opcode !== Op.createTtl ? opcode : Op.create;
  return { opcode: actual, request: performing(actual, { ...asked, ttl: -1n }) };
}

/** A TTL node without a TTL: the real server fails with the whole multi when it comes to it. */
const impossible: Write = () => {
  throw new ProtocolError('TTL node without a TTL');
};

interface Asked {
  readonly path: string;
  readonly data: Uint8Array | null;
  readonly acl: readonly Acl[];
  readonly flags: number;
  readonly ttl: bigint;
}

function readCreate(opcode: number, input: JuteReader): Asked {
  const [path, data, acl, flags] = [pathOf(input), input.buffer(), aclOf(input), input.int()];
  return { path, data, acl, flags, ttl: opcode === Op.createTtl ? input.long() : -1n };
}

function performing(opcode: number, { path, data, acl, flags, ttl }: Asked): Write {
  return (change, state, client) => {
    const { kind, sequential } = MODES[flags] ?? refuse(Code.badArguments);
    checkTtl(state, kind, ttl);
    if (!path.includes('/') || path.includes('\0')) refuse(Code.badArguments);
    const resolved = client.credentials.resolved(acl);
    const parent = state.tree.get(path.slice(0, path.lastIndexOf('/'))) ?? refuse(Code.noNode);
    client.credentials.check(parent.acl, Permission.CREATE);
    const full = sequential ? path + sequence(parent.creations) : path;
    checkPath(full);
    if (state.tree.get(full) !== undefined) refuse(Code.nodeExists);
    if (parent.kind === 'ephemeral') refuse(Code.noChildrenForEphemerals);
    state.quotas.check(full, data?.length ?? 0, 1);
    const kept = keptKind(opcode, kind);
    if (kept === 'ttl' && ttl <= 0n) refuse(Code.marshallingError); // a real server dies of it
    return { path: full, stat: change.create(full, parent, { kind: kept, owner: owner(kept, client), ttl: Number(ttl), data, acl: resolved }) };
  };
}

/** TTLs are for TTL nodes, and for servers that have them. */
function checkTtl({ settings }: ServerState, kind: NodeKind, ttl: bigint): void {
  if (kind === 'ttl' && (!settings.extendedTypes || settings.version < 30503)) refuse(Code.unimplemented);
  if (kind === 'ttl' ? ttl <= 0n || ttl > LONGEST_TTL : ttl >= 0n) refuse(Code.badArguments);
}

/** Containers and TTL nodes come of their own operations only: with another one, they are ordinary nodes. */
function keptKind(opcode: number, kind: NodeKind): NodeKind {
  if (kind === 'container' && opcode !== Op.createContainer) return 'persistent';
  if (kind === 'ttl' && opcode !== Op.createTtl) return 'persistent';
  return opcode === Op.createContainer ? 'container' : opcode === Op.createTtl ? 'ttl' : kind;
}

function owner(kind: NodeKind, { sessionId }: Client): bigint {
  return kind === 'ephemeral' ? sessionId : 0n;
}

/** `%010d` in Java: ten wide with its sign. */
function sequence(creations: number): string {
  return creations < 0 ? `-${String(-creations).padStart(9, '0')}` : String(creations).padStart(10, '0');
}
