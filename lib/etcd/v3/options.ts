import type { Observable, SchedulerLike } from 'rxjs';
import { type ReconnectBackoff, checkReconnectBackoff } from '../../core/backoff.js';
import {
  callable,
  clock,
  duration,
  fractions,
  integer,
  knownKeys,
  oneOf,
  optionsObject,
  text,
} from '../../core/check.js';
import type { Endpoint } from '../../core/endpoint.js';
import { UsageError } from '../../core/errors.js';
import { monotonic } from '../../transport/monotonic.js';
import type { TlsOptions } from '../../transport/tls.js';
import type { Carrier } from './carrier.js';
import type { Credentials } from '../types.js';
import { type RequestFilter, filtersOf } from '../../client/requestFilter.js';

/** Connects to one member. **Emits** one carrier of calls, and stays open. **Errors** when it cannot connect. */
export type EtcdTransport = (endpoint: Endpoint) => Observable<Carrier>;

/** How a client reaches its cluster, and how patient it is. Times are milliseconds. */
export interface ConnectOptions {
  /**
   * The timeout of a request without one of its own. It covers the search for a member, and further tries. Default
   * 15,000.
   */
  readonly timeout?: number;
  /** The timeout of one attempt to connect to a member: name, TCP, TLS, HTTP/2, password. Default 5,000. */
  readonly connectTimeout?: number;
  /**
   * How calls travel. `'grpc'` goes over HTTP/2. `'gateway'` goes over the JSON gateway of the servers, in HTTP/1.1:
   * for networks without HTTP/2. It is slower, costs the servers more, and each request under way has a connection to
   * itself. Or it is a transport of your own. Default `'grpc'`.
   */
  readonly transport?: 'grpc' | 'gateway' | EtcdTransport;
  /** TLS, with these options of Node's: `{ ca, cert, key }`. `cert` and `key` are those of the client. */
  readonly tls?: TlsOptions;
  /** The user, for a cluster with authentication. */
  readonly user?: Credentials;
  /**
   * A connection with requests or watches is asked for a sign of life this often. It ends when the answer takes longer
   * than `connectTimeout`. Servers hang up on clients that ask too often: at least 6,000. When one does, the client
   * asks half as often. Default 10,000.
   */
  readonly heartbeat?: number;
  /**
   * Most `get`s of one turn that travel together, as one read at one revision; 1 sends each alone. Servers take up to
   * 128. Default 128.
   */
  readonly coalesce?: number;
  /** Waits between attempts to connect, in milliseconds. Default 50 to 5,000. */
  readonly backoff?: ReconnectBackoff;
  /** So many requests may wait for a connection; more fail with `QUEUE_FULL`. Default 100,000. */
  readonly maxQueued?: number;
  /** How often `stats$` emits, in milliseconds. Default 1,000. */
  readonly statsInterval?: number;
  /** Filters around each request, the outermost first. Also around those of watches and recipes. Default: none. */
  readonly use?: readonly RequestFilter[];
  /** Most bytes of one request. Servers refuse more than 2 MiB, unless told otherwise. Default 2 MiB. */
  readonly maxRequestBytes?: number;
  /** Largest answer to take, in bytes. A larger one ends its request. Default 64 MiB. */
  readonly maxReplyBytes?: number;
  /** Gives numbers from 0 up to, not including, 1: for shuffling and jitter. Default `Math.random`. */
  readonly random?: () => number;
  /** Clock and timers. Default: the monotonic clock. */
  readonly scheduler?: SchedulerLike;
}

/** The options with their defaults, checked. */
export type Settings = Required<Omit<ConnectOptions, 'tls' | 'user' | 'transport'>> & {
  readonly tls: TlsOptions | undefined;
  readonly user: Credentials | undefined;
  readonly transport: 'grpc' | 'gateway' | EtcdTransport;
};

const KEYS: readonly (keyof ConnectOptions)[] = [
  ...(['timeout', 'connectTimeout', 'transport', 'tls', 'user', 'heartbeat', 'coalesce'] as const),
  ...(['backoff', 'maxRequestBytes', 'maxReplyBytes', 'random', 'scheduler'] as const),
  ...(['maxQueued', 'statsInterval', 'use'] as const),
];
const MIB = 1024 ** 2;
const LONGEST = 2 ** 31 - 1;
/** A second more than `--grpc-keepalive-min-time` of a server that was told nothing else: networks are uneven. */
const SHORTEST_HEARTBEAT = 6000;

/** Fills in the defaults. Throws a `UsageError` that names the option at fault. */
export function settingsOf(options: ConnectOptions): Settings {
  const o = knownKeys('options', options, KEYS);
  const heartbeat = duration('options.heartbeat', o.heartbeat ?? 10_000);
  if (heartbeat < SHORTEST_HEARTBEAT)
    throw new UsageError('options.heartbeat', `must be at least ${SHORTEST_HEARTBEAT}: servers hang up otherwise`);
  return {
    timeout: duration('options.timeout', o.timeout ?? 15_000),
    connectTimeout: duration('options.connectTimeout', o.connectTimeout ?? 5000),
    transport: transportOf(o),
    tls: o.tls === undefined ? undefined : optionsObject('options.tls', o.tls),
    user: o.user === undefined ? undefined : credentials('options.user', o.user),
    heartbeat,
    coalesce: integer('options.coalesce', o.coalesce ?? 128, 1, 128),
    backoff: checkReconnectBackoff('options.backoff', o.backoff === undefined ? { min: 50, max: 5000 } : o.backoff),
    maxQueued: integer('options.maxQueued', o.maxQueued ?? 100_000, 1, LONGEST),
    statsInterval: duration('options.statsInterval', o.statsInterval ?? 1000),
    use: filtersOf(o.use),
    maxRequestBytes: integer('options.maxRequestBytes', o.maxRequestBytes ?? 2 * MIB, 1024, LONGEST),
    maxReplyBytes: integer('options.maxReplyBytes', o.maxReplyBytes ?? 64 * MIB, 1024, LONGEST),
    random: o.random === undefined ? Math.random : fractions('options.random', o.random),
    scheduler: clock('options.scheduler', o.scheduler ?? monotonic),
  };
}

function transportOf({ transport = 'grpc', tls }: ConnectOptions): Settings['transport'] {
  if (typeof transport === 'string') return oneOf('options.transport', transport, ['grpc', 'gateway']);
  if (tls !== undefined) throw new UsageError('options.tls', 'is for the default transport; give one or the other');
  return callable('options.transport', transport);
}

function credentials(argument: string, value: Credentials): Credentials {
  const { name, password } = knownKeys(argument, value, ['name', 'password']);
  if (text(`${argument}.name`, name) === '') throw new UsageError(`${argument}.name`, 'must not be empty');
  return { name, password: text(`${argument}.password`, password) };
}
