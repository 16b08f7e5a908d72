import { flag, knownKeys, oneOf, show, text } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';
import { Op } from './request/opcode.js';

/** ZooKeeper's name of an operation: `getData`, `create2`, `multi`. */
export type ZooKeeperOperation = Exclude<keyof typeof Op, 'error'>;

/**
 * A server that speaks ZooKeeper's protocol and is another product. Whatever is left out is as with ClickHouse Keeper.
 *
 * @example
 * ```ts
 * import { startZooKeeper } from 'quorum-rx/testing';
 *
 * // like RaftKeeper: it drops a request that it does not know, without a word
 * const versionLine = 'RaftKeeper version: v2.1.1';
 * await using server = await startZooKeeper({ profile: { versionLine, unknown: 'ignore', restoresSessions: true } });
 * ```
 */
export interface ZooKeeperProfile {
  /** The first line of its answer to `srvr`. Default `ClickHouse Keeper version: v24.2.1.2248-…`. */
  readonly versionLine?: string;
  /** The operations that it knows, alone and as parts of a multi. It always knows pings and the end of a session. */
  readonly operations?: readonly ZooKeeperOperation[];
  /**
   * The outcome of a request that it does not know. `'hang up'`: the connection ends without a reply. `'ignore'`: there
   * is no reply, and later requests are served. `'refuse'`: the reply is -6, and then the connection ends, as with
   * ZooKeeper. Default `'hang up'`.
   */
  readonly unknown?: 'hang up' | 'ignore' | 'refuse';
  /**
   * Whether a client gets its session back after it has lost its connection. If not, it gets a new one, and the old one
   * lives on until its timeout has passed, with its ephemerals. Default `false`.
   */
  readonly restoresSessions?: boolean;
}

/** A profile with its defaults, checked. */
export interface PosedProfile extends Required<Omit<ZooKeeperProfile, 'operations'>> {
  /** Opcodes. */
  readonly operations: ReadonlySet<number>;
}

const KEYS: readonly (keyof ZooKeeperProfile)[] = ['versionLine', 'operations', 'unknown', 'restoresSessions'];
const NAMES = Object.keys(Op).filter((name) => name !== 'error');
/** The operations of ClickHouse Keeper before its releases of 2025. */
const KEEPER_OPERATIONS: readonly ZooKeeperOperation[] = [
  ...([
    'create',
    'delete',
    'exists',
    'getData',
    'setData',
    'getAcl',
    'setAcl',
    'getChildren',
    'getChildren2',
    'sync',
    'check',
    'multi',
    'multiRead',
    'auth',
  ] as const),
];

/** Reads a user's profile. Throws a `UsageError` that names the field at fault. */
export function zooKeeperProfile(profile: 'clickhouse-keeper' | ZooKeeperProfile): PosedProfile {
  if (typeof profile !== 'object' && profile !== 'clickhouse-keeper')
    throw new UsageError('options.profile', `must be 'clickhouse-keeper' or an object, not ${show(profile)}`);
  const given = profile === 'clickhouse-keeper' ? {} : knownKeys('options.profile', profile, KEYS);
  const {
    operations = KEEPER_OPERATIONS,
    versionLine = 'ClickHouse Keeper version: v24.2.1.2248-891689a41506d00aa169548f5b4a8774351242c4',
  } = given;
  if (!Array.isArray(operations)) throw new UsageError('options.profile.operations', 'must be an array of names');
  operations.forEach((name, i) => oneOf(`options.profile.operations[${i}]`, name, NAMES));
  return {
    versionLine: text('options.profile.versionLine', versionLine),
    operations: new Set(
      [...(operations as readonly ZooKeeperOperation[]), 'ping' as const, 'closeSession' as const].map(
        (name) => Op[name]
      )
    ),
    unknown: oneOf('options.profile.unknown', given.unknown ?? 'hang up', ['hang up', 'ignore', 'refuse']),
    restoresSessions: flag('options.profile.restoresSessions', given.restoresSessions ?? false),
  };
}
