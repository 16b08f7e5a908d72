import type { SchedulerLike } from 'rxjs';
import { type ReconnectBackoff, checkReconnectBackoff } from '../core/backoff.js';
import { clock, duration, fractions, integer, knownKeys } from '../core/check.js';
import type { Transport } from '../core/link.js';
import { chosenTransport } from '../transport/chosenTransport.js';
import { monotonic } from '../transport/monotonic.js';
import type { TlsOptions } from '../transport/tls.js';
import { type RequestFilter, filtersOf } from '../client/requestFilter.js';

/** How a client reaches its cluster, and how patient it is. Times are milliseconds. */
export interface ConnectOptions {
  /**
   * The timeout of a request without one of its own, in milliseconds: it covers the search for a master, and further
   * tries. Default 15,000.
   */
  readonly timeout?: number;
  /**
   * The timeout of one dial, in milliseconds: name, TCP, TLS. Also how long a server may owe a read that any node may
   * answer, or the rest of an answer that has begun. Default 5,000.
   */
  readonly connectTimeout?: number;
  /** How to reach a node. Default: TCP, or TLS when {@link tls} is given. */
  readonly transport?: Transport;
  /**
   * TLS, with these options of Node's: `{ ca, cert, key }`. Arakoon's certificates often name no host: then it also
   * wants `checkServerIdentity`.
   */
  readonly tls?: TlsOptions | (() => TlsOptions);
  /**
   * Over how many connections writes travel to the master at most. It joins writes of several connections, so there are
   * as many as the load needs: four writes at a time have one each, and 64 have sixteen. Default 16.
   */
  readonly writers?: number;
  /** Connections that were not needed for so long, up to twice, are closed. Default 60,000. */
  readonly idle?: number;
  /**
   * How often the master is asked whether it is still the master; and the timeout of its answer, both in milliseconds.
   * Default 5,000.
   */
  readonly heartbeat?: number;
  /** Waits between attempts to connect, in milliseconds. Default 100 to 2,000. */
  readonly backoff?: ReconnectBackoff;
  /** Requests under way at a time on one connection; the others wait their turn. Default 1,000. */
  readonly maxInFlight?: number;
  /** So many requests may wait for a master, or for a connection; more fail with `QUEUE_FULL`. Default 100,000. */
  readonly maxQueued?: number;
  /** How often `stats$` emits, in milliseconds. Default 1,000. */
  readonly statsInterval?: number;
  /** Filters around each request, the outermost first. Also around those of watches and recipes. Default: none. */
  readonly use?: readonly RequestFilter[];
  /**
   * Largest value to send, in bytes, but for sequences. Default 8,388,607: servers hang up on a larger one, unless told
   * otherwise.
   */
  readonly maxValueBytes?: number;
  /** Largest reply to take, in bytes; a larger one costs its connection. Default 64 MiB. */
  readonly maxReplyBytes?: number;
  /** Gives numbers from 0 up to, not including, 1: for shuffling and jitter. Default `Math.random`. */
  readonly random?: () => number;
  /** Clock and timers. Default: the monotonic clock. */
  readonly scheduler?: SchedulerLike;
}

/** The options with their defaults, checked. */
export type Settings = Required<Omit<ConnectOptions, 'tls'>>;

const KEYS: readonly (keyof ConnectOptions)[] = [
  'timeout',
  'connectTimeout',
  'transport',
  'tls',
  'writers',
  'idle',
  'heartbeat',
  'backoff',
  'maxInFlight',
  'maxQueued',
  'statsInterval',
  'use',
  'maxValueBytes',
  'maxReplyBytes',
  'random',
  'scheduler',
];
const MIB = 1024 ** 2;
const LONGEST = 2 ** 31 - 1;

/** Fills in the defaults. Throws a `UsageError` that names the option at fault. */
export function settingsOf(options: ConnectOptions): Settings {
  const o = knownKeys('options', options, KEYS);
  return {
    timeout: duration('options.timeout', o.timeout ?? 15_000),
    connectTimeout: duration('options.connectTimeout', o.connectTimeout ?? 5000),
    transport: chosenTransport(o),
    writers: integer('options.writers', o.writers ?? 16, 1, 1000),
    idle: duration('options.idle', o.idle ?? 60_000),
    heartbeat: duration('options.heartbeat', o.heartbeat ?? 5000),
    backoff: checkReconnectBackoff('options.backoff', o.backoff ?? { min: 100, max: 2000 }),
    maxInFlight: integer('options.maxInFlight', o.maxInFlight ?? 1000, 1, 1_000_000),
    maxQueued: integer('options.maxQueued', o.maxQueued ?? 100_000, 1, LONGEST),
    statsInterval: duration('options.statsInterval', o.statsInterval ?? 1000),
    use: filtersOf(o.use),
    maxValueBytes: integer('options.maxValueBytes', o.maxValueBytes ?? 8 * MIB - 1, 0, LONGEST),
    maxReplyBytes: integer('options.maxReplyBytes', o.maxReplyBytes ?? 64 * MIB, 64, LONGEST),
    random: o.random === undefined ? Math.random : fractions('options.random', o.random),
    scheduler: clock('options.scheduler', o.scheduler ?? monotonic),
  };
}
