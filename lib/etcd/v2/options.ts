import type { Observable, SchedulerLike } from 'rxjs';
import { type Backoff, checkBackoff } from '../../core/backoff.js';
import { callable, clock, duration, flag, fractions, integer, knownKeys, text } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';
import type { Http1Client } from '../../core/http1Client.js';
import { monotonic } from '../../transport/monotonic.js';
import type { TlsOptions } from '../../transport/tls.js';
import type { Credentials } from '../types.js';
import { type RequestFilter, filtersOf } from '../../client/requestFilter.js';

/** Opens a client of HTTP/1.1. **Emits** it at once, and stays open. **Unsubscribing** closes its connections. */
export type EtcdV2Transport = () => Observable<Http1Client>;

/** How a client of etcd's v2 API reaches its cluster, and how patient it is. Times are milliseconds. */
export interface ConnectV2Options {
  /** The timeout of a request without one of its own. It covers all tries. Default 15,000. */
  readonly timeout?: number;
  /** The timeout of one attempt to connect to a member. Default 5,000. */
  readonly connectTimeout?: number;
  /**
   * How long a member may take for the head of an answer, before the next member is asked. It limits reads, waits and
   * looks at the health; not writes, which only have the `timeout`. Default 5,000.
   */
  readonly answerTimeout?: number;
  /** How often the health of the member in use is looked at. Default 10,000. */
  readonly healthInterval?: number;
  /** A wait for changes that is silent for so long begins again. Default 30,000. */
  readonly waitTimeout?: number;
  /** Whether members that the cluster names are used too, and not only those given. Default `false`. */
  readonly discover?: boolean;
  /** TLS, with these options of Node's: `{ ca, cert, key }`. `cert` and `key` are those of the client. */
  readonly tls?: TlsOptions;
  /** The user, for a cluster with authentication. The password travels with every request (HTTP Basic). */
  readonly user?: Credentials;
  /** In front of every path. Default `'/v2'`. */
  readonly prefix?: string;
  /** Waits between rounds of attempts. Default 50 to 5,000. */
  readonly backoff?: Backoff;
  /** So many requests may wait for a member that serves; more fail with `QUEUE_FULL`. Default 100,000. */
  readonly maxQueued?: number;
  /** How often `stats$` emits, in milliseconds. Default 1,000. */
  readonly statsInterval?: number;
  /** Filters around each request, the outermost first. Also around those of watches and recipes. Default: none. */
  readonly use?: readonly RequestFilter[];
  /** Most bytes of a request's body. Servers refuse more than 10 MiB. Default 10 MiB. */
  readonly maxRequestBytes?: number;
  /** Largest answer to take, in bytes. A larger one ends its request. Default 64 MiB. */
  readonly maxReplyBytes?: number;
  /** Sends the requests. Default: Node's client of HTTP/1.1. */
  readonly transport?: EtcdV2Transport;
  /** Gives numbers from 0 up to, not including, 1: for shuffling and jitter. Default `Math.random`. */
  readonly random?: () => number;
  /** Clock and timers. Default: the monotonic clock. */
  readonly scheduler?: SchedulerLike;
}

/** The options with their defaults, checked. */
export type Settings = Required<Omit<ConnectV2Options, 'tls' | 'user' | 'transport'>> & {
  readonly tls: TlsOptions | undefined;
  readonly transport: EtcdV2Transport | undefined;
  /** The value of the header `Authorization`. */
  readonly authorization: string | undefined;
};

const KEYS: readonly (keyof ConnectV2Options)[] = [
  ...(['timeout', 'connectTimeout', 'answerTimeout', 'healthInterval', 'waitTimeout', 'discover', 'tls'] as const),
  ...(['user', 'prefix', 'backoff', 'maxRequestBytes', 'maxReplyBytes', 'transport', 'random', 'scheduler'] as const),
  ...(['maxQueued', 'statsInterval', 'use'] as const),
];
const MIB = 1024 ** 2;
const LONGEST = 2 ** 31 - 1;
const PREFIX = /^(?:\/[\w.~-]+)+$/;

/** Fills in the defaults. Throws a `UsageError` that names the option at fault. */
export function settingsOf(options: ConnectV2Options): Settings {
  const o = knownKeys('options', options, KEYS);
  if (o.tls !== undefined && o.transport !== undefined)
    throw new UsageError('options.tls', 'is for the default transport; give one or the other');
  return {
    timeout: duration('options.timeout', o.timeout ?? 15_000),
    connectTimeout: duration('options.connectTimeout', o.connectTimeout ?? 5000),
    answerTimeout: duration('options.answerTimeout', o.answerTimeout ?? 5000),
    healthInterval: duration('options.healthInterval', o.healthInterval ?? 10_000),
    waitTimeout: duration('options.waitTimeout', o.waitTimeout ?? 30_000),
    discover: flag('options.discover', o.discover ?? false),
    tls: o.tls,
    transport: o.transport === undefined ? undefined : callable('options.transport', o.transport),
    authorization: o.user === undefined ? undefined : authorizationOf('options.user', o.user),
    prefix: prefixOf(o.prefix ?? '/v2'),
    backoff: checkBackoff('options.backoff', o.backoff ?? { min: 50, max: 5000 }),
    maxQueued: integer('options.maxQueued', o.maxQueued ?? 100_000, 1, LONGEST),
    statsInterval: duration('options.statsInterval', o.statsInterval ?? 1000),
    use: filtersOf(o.use),
    maxRequestBytes: integer('options.maxRequestBytes', o.maxRequestBytes ?? 10 * MIB, 1024, LONGEST),
    maxReplyBytes: integer('options.maxReplyBytes', o.maxReplyBytes ?? 64 * MIB, 1024, LONGEST),
    random: o.random === undefined ? Math.random : fractions('options.random', o.random),
    scheduler: clock('options.scheduler', o.scheduler ?? monotonic),
  };
}

function prefixOf(prefix: string): string {
  if (PREFIX.test(text('options.prefix', prefix))) return prefix;
  throw new UsageError('options.prefix', "must be a path with a slash in front and none at its end, such as '/v2'");
}

function authorizationOf(argument: string, value: Credentials): string {
  const { name, password } = knownKeys(argument, value, ['name', 'password']);
  if (!/^[^:]+$/.test(text(`${argument}.name`, name)))
    throw new UsageError(`${argument}.name`, 'must not be empty, and must not contain a colon');
  return `Basic ${Buffer.from(`${name}:${text(`${argument}.password`, password)}`).toString('base64')}`;
}
