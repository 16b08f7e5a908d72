import type { TlsOptions } from 'node:tls';
import { type SchedulerLike, asyncScheduler } from 'rxjs';
import { array, callable, clock, duration, flag, integer, knownKeys, oneOf, text } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';
import type { Version } from '../../zookeeper/types.js';
import { fourLetterWords } from './fourLetterWords.js';
import { type PosedProfile, type ZooKeeperProfile, zooKeeperProfile } from './zooKeeperProfile.js';

/** A request, as {@link ZooKeeperServerOptions.faults} sees it before it is served. */
export interface ZooKeeperFaultRequest {
  readonly sessionId: bigint;
  readonly opcode: number;
  /** ZooKeeper's name of the operation: `getData`, `create2`, `multi`. */
  readonly operation: string;
  /** The path that the request begins with, where it does. */
  readonly path: string | undefined;
  readonly xid: number;
}

/**
 * A fault of one request. `'cut'`: the link is cut before the request is served. `'cutAfter'`: it is cut after that, so
 * that the reply is lost. `delay`: the request is served so many milliseconds later, and the later ones of its
 * connection too. `error`: it is refused with this number.
 */
export type ZooKeeperFault = 'cut' | 'cutAfter' | { readonly delay: number } | { readonly error: number };

/**
 * The options of a server. Times are in milliseconds. Defaults are those of a real server, unless an option says
 * otherwise.
 */
export interface ZooKeeperServerOptions {
  /** The address to listen at. Default `127.0.0.1`: this machine alone. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** The version to imitate, `3.4` to `3.9`. Later operations are refused as that version would. Default `3.8.0`. */
  readonly version?: string;
  /**
   * Another product to imitate, instead of a `version` of ZooKeeper: `'clickhouse-keeper'`, or your description of one.
   * Default: ZooKeeper.
   */
  readonly profile?: 'clickhouse-keeper' | ZooKeeperProfile;
  /** The unit in which sessions are timed. Default 200, so that tests need not wait long; a real server's is 2000. */
  readonly tickTime?: number;
  /** Shortest session timeout that is granted. Default 2 ticks. */
  readonly minSessionTimeout?: number;
  /** Longest session timeout that is granted. Default 60,000, or 20 ticks if that is more. */
  readonly maxSessionTimeout?: number;
  /** Largest request, in bytes: `jute.maxbuffer`. Default 1,048,575. */
  readonly maxBuffer?: number;
  /** Who may do everything: `user:base64(sha1(user:password))`, as `DigestAuthenticationProvider.superDigest`. */
  readonly superDigest?: string;
  /** Users who may log in by SASL DIGEST-MD5, and their passwords. */
  readonly users?: Readonly<Record<string, string>>;
  /** Whether sessions that have not logged in by SASL are refused. Default `false`. */
  readonly requireSasl?: boolean;
  /** Which four-letter words are answered. Default `'*'`, all; a real server has `['srvr']`. */
  readonly fourLetterWords?: '*' | readonly string[];
  /** Whether to serve as a server that has lost its quorum. Default `false`. */
  readonly readOnly?: boolean;
  /** Whether there are TTL nodes (`extendedTypesEnabled`). Default `true`; a real server has `false`. */
  readonly extendedTypes?: boolean;
  /** Whether hard limits of quotas are kept to (3.7). Default `false`. */
  readonly enforceQuota?: boolean;
  /** How often empty containers and outlived TTL nodes are looked for. Default 1000; a real server's is 60,000. */
  readonly reapInterval?: number;
  /** TLS instead of plain TCP, with these options of Node's: `{ key, cert, ca, requestCert }`. */
  readonly tls?: TlsOptions;
  /** Where to keep the tree over restarts. Default: in memory only. */
  readonly dataFile?: string;
  /**
   * Called for every request; returns its fault, if it is to have one. An unknown fault is a `UsageError`, which is
   * thrown uncaught.
   */
  readonly faults?: (request: ZooKeeperFaultRequest) => ZooKeeperFault | undefined;
  /** Timers, and the clock of sessions. Default: RxJS's `asyncScheduler`; give a virtual one to turn time by hand. */
  readonly scheduler?: SchedulerLike;
  /** The wall clock, for `ctime` and `mtime`. Default `Date.now`, or the scheduler's clock if there is one. */
  readonly now?: () => number;
}

/** The options with their defaults, checked. */
export interface ZooKeeperServerSettings extends Required<
  Omit<ZooKeeperServerOptions, 'version' | 'profile' | 'superDigest' | 'users' | 'tls' | 'dataFile' | 'faults'>
> {
  readonly version: Version;
  /** `undefined`: it is ZooKeeper. */
  readonly profile: PosedProfile | undefined;
  readonly superDigest: string | undefined;
  readonly users: ReadonlyMap<string, string>;
  readonly tls: TlsOptions | undefined;
  readonly dataFile: string | undefined;
  readonly faults: ((request: ZooKeeperFaultRequest) => ZooKeeperFault | undefined) | undefined;
}

const KEYS: readonly (keyof ZooKeeperServerOptions)[] = [
  'host',
  'port',
  'version',
  'profile',
  'tickTime',
  'minSessionTimeout',
  'maxSessionTimeout',
  'maxBuffer',
  'superDigest',
  'users',
  'requireSasl',
  'fourLetterWords',
  'readOnly',
  'extendedTypes',
  'enforceQuota',
  'reapInterval',
  'tls',
  'dataFile',
  'faults',
  'scheduler',
  'now',
];

/** The version whose behaviour other products share with ZooKeeper. */
const BELOW_PROFILES = '3.4.14';

/** Fills in the defaults. Throws a `UsageError` that names the option at fault. */
export function zooKeeperServerSettings(options: ZooKeeperServerOptions): ZooKeeperServerSettings {
  const o = knownKeys('options', options, KEYS);
  const tickTime = duration('options.tickTime', o.tickTime ?? 200);
  const minSessionTimeout = duration('options.minSessionTimeout', o.minSessionTimeout ?? 2 * tickTime);
  const maxSessionTimeout = duration(
    'options.maxSessionTimeout',
    o.maxSessionTimeout ?? Math.max(60_000, 20 * tickTime)
  );
  if (maxSessionTimeout < minSessionTimeout)
    throw new UsageError('options.maxSessionTimeout', `must not be below minSessionTimeout, ${minSessionTimeout}`);
  if (o.profile !== undefined && o.version !== undefined)
    throw new UsageError('options.version', 'must be left out where there is a profile');
  const { scheduler } = o;
  return {
    host: text('options.host', o.host ?? '127.0.0.1'),
    port: integer('options.port', o.port ?? 0, 0, 65535),
    version: versionOf(o.version ?? (o.profile === undefined ? '3.8.0' : BELOW_PROFILES)),
    profile: given(o.profile, zooKeeperProfile),
    tickTime,
    minSessionTimeout,
    maxSessionTimeout,
    maxBuffer: integer('options.maxBuffer', o.maxBuffer ?? 1_048_575, 64, 1024 ** 3),
    superDigest: given(o.superDigest, superDigestOf),
    users: usersOf(o.users ?? {}),
    requireSasl: flag('options.requireSasl', o.requireSasl ?? false),
    fourLetterWords: wordsOf(o.fourLetterWords ?? '*'),
    readOnly: flag('options.readOnly', o.readOnly ?? false),
    extendedTypes: flag('options.extendedTypes', o.extendedTypes ?? true),
    enforceQuota: flag('options.enforceQuota', o.enforceQuota ?? false),
    reapInterval: duration('options.reapInterval', o.reapInterval ?? 1000),
    tls: given(o.tls, (tls) => anObject('options.tls', tls)),
    dataFile: given(o.dataFile, (file) => text('options.dataFile', file)),
    faults: given(o.faults, (faults) => callable('options.faults', faults)),
    scheduler: clock('options.scheduler', scheduler ?? asyncScheduler),
    now:
      given(o.now, (now) => callable('options.now', now)) ??
      (scheduler === undefined ? Date.now : () => scheduler.now()),
  };
}

function given<T, U>(value: T | undefined, check: (value: T) => U): U | undefined {
  return value === undefined ? undefined : check(value);
}

function anObject<T extends object>(argument: string, value: T): T {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new UsageError(argument, 'must be an object');
}

function superDigestOf(digest: string): string {
  if (/^[^:]+:[A-Za-z0-9+/]{27}=$/.test(text('options.superDigest', digest))) return digest;
  // and may be a password: it is not shown
  throw new UsageError('options.superDigest', 'must be user:base64(sha1(user:password))');
}

function usersOf(users: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(anObject('options.users', users)).map(([name, password]) => [
      name,
      text(`options.users.${name}`, password),
    ])
  );
}

function wordsOf(words: '*' | readonly string[]): '*' | readonly string[] {
  if (words === '*') return words;
  return array('options.fourLetterWords', words).map((word, i) =>
    oneOf(`options.fourLetterWords[${i}]`, word, [...fourLetterWords.keys()])
  );
}

function versionOf(version: string): Version {
  const [, major, minor, patch] = /^(3)\.([4-9])(?:\.(\d{1,2}))?$/.exec(text('options.version', version)) ?? [];
  if (major === undefined)
    throw new UsageError(
      'options.version',
      `must be from '3.4' to '3.9', as in '3.8.0', not ${JSON.stringify(version)}`
    );
  return Number(major) * 10000 + Number(minor) * 100 + Number(patch ?? 0);
}
