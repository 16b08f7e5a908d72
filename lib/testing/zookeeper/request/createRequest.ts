import type { JuteReader } from '../../../zookeeper/protocol/juteReader.js';
import { type Acl, Permission } from '../../../zookeeper/types.js';
import { Code, refuse } from '../refusal.js';
import type { Client, ServerState } from '../serverState.js';
import type { NodeKind } from '../store/znode.js';
import { ProtocolError } from '../../../core/errors.js';
import { aclOf, checkPath, pathOf } from './argument.js';
import { Op } from './opcode.js';
import type { Version } from '../../../zookeeper/types.js';
import type { Member, Write, WriteReader } from './writes.js';
import { CREATE2_RESULT_FIXED, hasFix } from './versionFixes.js';

/** The kind of node that a create makes. */
interface Mode {
  readonly kind: NodeKind;
  readonly sequential: boolean;
  /** The first version that knows it. */
  readonly since: Version;
}

/** The meaning of a create's flags: 0 to 6. */
const MODES: readonly Mode[] = [
  { kind: 'persistent', sequential: false, since: 0 },
  { kind: 'ephemeral', sequential: false, since: 0 },
  { kind: 'persistent', sequential: true, since: 0 },
  { kind: 'ephemeral', sequential: true, since: 0 },
  { kind: 'container', sequential: false, since: 30501 },
  { kind: 'ttl', sequential: false, since: 30503 },
  { kind: 'ttl', sequential: true, since: 30503 },
];
/** From here on flags are looked at before anything else. */
const FLAGS_FIRST = 30500;
/** From here on TTL nodes can be switched off, and are unless they are switched on. */
const TTL_OPTIONAL = 30504;
const LONGEST_TTL = 2n ** 40n - 1n;

/** Any of the four creates. */
export function createRequest(opcode: number): WriteReader {
  return (input) => {
    const asked = readCreate(opcode, input);
    return performing(opcode, asked);
  };
}

/** A create in a multi. Its effect and its answer depend more on its flags than on its opcode. */
export function createMember(opcode: number, input: JuteReader, { settings: { version } }: ServerState): Member {
  const asked = readCreate(opcode, input);
  const kind = modeOf(version, asked.flags)?.kind;
  const namesItself = hasFix(version, CREATE2_RESULT_FIXED);
  if (opcode === Op.createTtl && kind === 'ttl') return { opcode, request: performing(opcode, asked) };
  if (opcode !== Op.createTtl && namesItself && kind === undefined)
    throw new ProtocolError(`create with flags ${asked.flags}`);
  if (kind === 'ttl' && !namesItself) return { opcode, request: impossible };
  const actual =
    kind === 'container' ? Op.createContainer : namesItself && opcode !== Op.createTtl ? opcode : Op.create;
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
    const { version } = state.settings;
    const mode = modeOf(version, flags);
    if (version >= FLAGS_FIRST) checkMode(state, mode, ttl);
    if (!path.includes('/') || path.includes('\0')) refuse(Code.badArguments);
    const resolved = client.credentials.resolved(acl);
    const parent = state.tree.get(path.slice(0, path.lastIndexOf('/'))) ?? refuse(Code.noNode);
    client.credentials.check(parent.acl, Permission.CREATE);
    const { kind, sequential } = mode ?? refuse(Code.badArguments);
    const full = sequential ? path + sequence(parent.creations) : path;
    checkPath(full);
    if (state.tree.get(full) !== undefined) refuse(Code.nodeExists);
    if (parent.kind === 'ephemeral') refuse(Code.noChildrenForEphemerals);
    state.quotas.check(full, data?.length ?? 0, 1);
    const kept = keptKind(opcode, kind);
    if (kept === 'ttl' && ttl <= 0n) refuse(Code.marshallingError); // a real server dies of it
    return {
      path: full,
      stat: change.create(full, parent, {
        kind: kept,
        owner: owner(kept, client),
        ttl: Number(ttl),
        data,
        acl: resolved,
      }),
    };
  };
}

function modeOf(version: Version, flags: number): Mode | undefined {
  const mode = MODES[flags];
  return mode !== undefined && version >= mode.since ? mode : undefined;
}

/** TTLs are for TTL nodes, and for servers that have them. */
function checkMode({ settings }: ServerState, mode: Mode | undefined, ttl: bigint): void {
  const isTtl = (mode ?? refuse(Code.badArguments)).kind === 'ttl';
  if (isTtl && !settings.extendedTypes && settings.version >= TTL_OPTIONAL) refuse(Code.unimplemented);
  if (isTtl ? ttl <= 0n || ttl > LONGEST_TTL : ttl >= 0n) refuse(Code.badArguments);
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
