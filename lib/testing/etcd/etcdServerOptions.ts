import type { TlsOptions } from 'node:tls';
import { type SchedulerLike, asyncScheduler } from 'rxjs';
import { bytes, callable, clock, duration, flag, integer, knownKeys, optionsObject, text } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';

/** A request, as {@link EtcdServerOptions.faults} sees it before it is served. */
export interface EtcdFaultRequest {
  /** The name of the member that is to answer it. */
  readonly member: string;
  /**
   * The name of the call, as in `range`, `put`, `txn`, `watch`, `leaseGrant`, `leaseKeepAlive`, `memberList`; of the v2
   * API the method and the path without the key, as in `PUT /v2/keys`.
   */
  readonly operation: string;
  /** The key, as text, of a request that has one. */
  readonly key: string | undefined;
}

/**
 * A fault of one request, or of one message of a stream. `'cut'`: the connection is cut before the request is served.
 * `'cutAfter'`: it is cut after that, so that the answer is lost. `delay`: the request is served so many milliseconds
 * later. `error`: it is refused with this status of gRPC, in these words; or with this error code of the v2 API, and
 * these words as its cause.
 */
export type EtcdFault =
  | 'cut'
  | 'cutAfter'
  | { readonly delay: number }
  | { readonly error: number; readonly message?: string; readonly served?: boolean };

/** The options of a cluster. Times are in milliseconds. Defaults are those of a real one. */
export interface EtcdServerOptions {
  /** The names of its members. Default one: `default`. */
  readonly members?: readonly string[];
  /** The first leader; `null`: none, until {@link EmbeddedEtcd.electLeader}. Default: the first member. */
  readonly leader?: string | null;
  /** The version to tell, `3.4.0` to `3.6`. Calls of later versions are not known. Default `3.4.23`. */
  readonly version?: string;
  /** Whether it serves the v2 API too, as with `--enable-v2`. Default: if the version is before 3.6, which has none. */
  readonly v2?: boolean;
  /** The first keys. */
  readonly entries?: Readonly<Record<string, string | Uint8Array>>;
  /**
   * The time after which members without a leader elect one. The shortest time to live of a lease is one and a half
   * times as long, in whole seconds. Default 1000.
   */
  readonly electionTimeout?: number;
  /** How long a request waits for a leader. Default 5000, and twice the election timeout. */
  readonly requestTimeout?: number;
  /** The largest request that writes, in bytes. Default 1,572,864. */
  readonly maxRequestBytes?: number;
  /** The most operations of a transaction. Default 128. */
  readonly maxTxnOps?: number;
  /** The size of the store, in bytes, from which on writes raise the alarm `NOSPACE`. Default 2 GiB. */
  readonly quota?: number;
  /** Turns authentication on, with the user `root` and this password. Default: without authentication. */
  readonly rootPassword?: string;
  /** How long a token is good if it is not used. Default 300,000. */
  readonly tokenTtl?: number;
  /** The most revisions that a watcher who begins in the past is told at once, every 100 ms. Default 1000. */
  readonly watchBatch?: number;
  /** How often a quiet watcher that asks for it hears of progress. Default 600,000. */
  readonly progressInterval?: number;
  /** The address to listen at. Default `127.0.0.1`: this machine alone. Every member has a free port of its own. */
  readonly host?: string;
  /** TLS instead of plain TCP, with these options of Node's: `{ key, cert, ca, requestCert }`. */
  readonly tls?: TlsOptions;
  /**
   * Called for every request; returns its fault, if it is to have one. An unknown fault is a `UsageError`, which is
   * thrown uncaught.
   */
  readonly faults?: (request: EtcdFaultRequest) => EtcdFault | undefined;
  /** The clock and the timers. Default: RxJS's `asyncScheduler`; give a virtual one to turn time by hand. */
  readonly scheduler?: SchedulerLike;
}

/** The options with their defaults, checked. */
export interface EtcdServerSettings extends Required<Omit<EtcdServerOptions, 'tls' | 'faults' | 'rootPassword'>> {
  readonly rootPassword: string | undefined;
  readonly tls: TlsOptions | undefined;
  readonly faults: EtcdServerOptions['faults'];
}

const KEYS: readonly (keyof EtcdServerOptions)[] = [
  ...(['members', 'leader', 'version', 'entries', 'electionTimeout', 'requestTimeout', 'maxRequestBytes'] as const),
  ...([
    'maxTxnOps',
    'v2',
    'quota',
    'rootPassword',
    'tokenTtl',
    'watchBatch',
    'progressInterval',
    'host',
    'tls',
    'faults',
  ] as const),
  'scheduler',
];
const MIB = 1024 ** 2;
const MANY = 2 ** 31 - 1;

/** Fills in the defaults. Throws a `UsageError` that names the option at fault. */
export function etcdServerSettings(options: EtcdServerOptions): EtcdServerSettings {
  const o = knownKeys('options', options, KEYS);
  const members = membersOf(o.members ?? ['default']);
  const leader = o.leader === undefined ? members[0]! : o.leader;
  if (leader !== null && !members.includes(leader))
    throw new UsageError('options.leader', `must be one of the members, not ${JSON.stringify(leader)}`);
  const version = versionOf(o.version ?? '3.4.23');
  const electionTimeout = duration('options.electionTimeout', o.electionTimeout ?? 1000);
  return {
    members,
    leader,
    version,
    v2: v2Of(o.v2, version),
    entries: entriesOf(o.entries ?? {}),
    electionTimeout,
    requestTimeout: duration('options.requestTimeout', o.requestTimeout ?? 5000 + 2 * electionTimeout),
    maxRequestBytes: integer('options.maxRequestBytes', o.maxRequestBytes ?? 1.5 * MIB, 1, MANY),
    maxTxnOps: integer('options.maxTxnOps', o.maxTxnOps ?? 128, 1, MANY),
    quota: integer('options.quota', o.quota ?? 2048 * MIB, 1, Number.MAX_SAFE_INTEGER),
    rootPassword: o.rootPassword === undefined ? undefined : text('options.rootPassword', o.rootPassword),
    tokenTtl: duration('options.tokenTtl', o.tokenTtl ?? 300_000),
    watchBatch: integer('options.watchBatch', o.watchBatch ?? 1000, 1, MANY),
    progressInterval: duration('options.progressInterval', o.progressInterval ?? 600_000),
    host: text('options.host', o.host ?? '127.0.0.1'),
    tls: o.tls === undefined ? undefined : optionsObject('options.tls', o.tls),
    faults: o.faults === undefined ? undefined : callable('options.faults', o.faults),
    scheduler: clock('options.scheduler', o.scheduler ?? asyncScheduler),
  };
}

function membersOf(members: readonly string[]): readonly string[] {
  if (
    Array.isArray(members) &&
    members.length > 0 &&
    members.every((name) => typeof name === 'string' && name !== '') &&
    new Set(members).size === members.length
  )
    return members as readonly string[];
  throw new UsageError('options.members', 'must be names, at least one, and no two the same');
}

function versionOf(version: string): string {
  if (/^3\.[4-6]\.\d{1,2}$/.test(text('options.version', version))) return version;
  throw new UsageError('options.version', `must be from '3.4.0' to '3.6.99', not ${JSON.stringify(version)}`);
}

function v2Of(v2: boolean | undefined, version: string): boolean {
  const has = !version.startsWith('3.6.');
  if (v2 === true && !has) throw new UsageError('options.v2', `must not be true: ${version} has no v2 API`);
  return v2 === undefined ? has : flag('options.v2', v2);
}

function entriesOf(entries: Readonly<Record<string, string | Uint8Array>>): typeof entries {
  for (const [key, value] of Object.entries(optionsObject('options.entries', entries)))
    if (typeof value !== 'string') bytes(`options.entries.${key}`, value);
  return entries;
}
