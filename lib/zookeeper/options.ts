import type { SchedulerLike } from 'rxjs';
import { type ReconnectBackoff, checkReconnectBackoff } from '../core/backoff.js';
import {
  array,
  clock,
  credential,
  duration,
  flag,
  fractions,
  having,
  integer,
  knownKeys,
  oneOf,
  show,
  text,
} from '../core/check.js';
import type { Transport } from '../core/link.js';
import { UsageError } from '../core/errors.js';
import { chosenTransport } from '../transport/chosenTransport.js';
import { steadyClock } from '../transport/steadyClock.js';
import type { TlsOptions } from '../transport/tls.js';
import type { SaslMechanism } from './sasl/saslMechanism.js';
import { type TicketFields, checkTicket } from './sessionTicket.js';
import { CAPABILITIES, type Capability, type Version } from './types.js';
import { type RequestFilter, filtersOf } from '../client/requestFilter.js';

/** An identity, as {@link ZooKeeper.addAuth} takes it. */
export interface Identity {
  /** `digest`, `x509`, `ip`, or any scheme that the servers know. */
  readonly scheme: string;
  /** For `digest`: `user:password`. Text stands for its bytes in UTF-8. */
  readonly auth: Uint8Array | string;
}

/** An identity as servers are told of it. */
export interface HeldIdentity {
  readonly scheme: string;
  readonly auth: Uint8Array;
}

/** How a session connects, lives and ends. Times are milliseconds. */
export interface ConnectOptions {
  /** Session timeout to ask for; servers hold it within their own bounds. Default 30,000. */
  readonly sessionTimeout?: number;
  /**
   * The timeout of one dial, in milliseconds: name, TCP, TLS, the server's answer and authentication. Default: the
   * session timeout divided by the number of servers, 1,000 to 10,000. Less when the session is about to be lost.
   */
  readonly connectTimeout?: number;
  /** How to reach a server. Default: TCP, or TLS when {@link tls} is given. */
  readonly transport?: Transport;
  /** TLS, with these options of Node's: `{ ca, cert, key }`, or `{}` to trust the system's authorities. */
  readonly tls?: TlsOptions | (() => TlsOptions);
  /** A session to take up again, as `detach()` gave it. */
  readonly ticket?: TicketFields;
  /** Identities to hold from the start; each connection presents them before anything else. */
  readonly auth?: readonly Identity[];
  /** A SASL mechanism: `digestMd5(…)` or `gssapi(…)`. */
  readonly sasl?: SaslMechanism;
  /** Whether a server that has lost its quorum will do, for reading, while none other is found. Default `false`. */
  readonly readOnly?: boolean;
  /** After the session was lost: begin a new one, or error. Default `'renew'`. */
  readonly onExpiry?: 'renew' | 'error';
  /**
   * The choice when every server is older than the data that was seen, as after a restore: wait for a newer one, or
   * begin a new session. Default `'wait'`.
   */
  readonly onDataLoss?: 'wait' | 'renew';
  /** While there is no connection, requests wait for one, or fail at once. Default `'queue'`. */
  readonly offline?: 'queue' | 'fail';
  /**
   * So many requests may wait for a connection; more fail with `QUEUE_FULL`. Requests that wait for their turn on a
   * connection do not count. Default 100,000.
   */
  readonly maxQueued?: number;
  /** How often `stats$` emits, in milliseconds. Default 1,000. */
  readonly statsInterval?: number;
  /** Filters around each request, the outermost first. Also around those of watches and recipes. Default: none. */
  readonly use?: readonly RequestFilter[];
  /** Largest request to send, in bytes: the servers' `jute.maxbuffer`. Default 1,048,575. */
  readonly maxRequestBytes?: number;
  /** Largest reply to take, in bytes; a larger one fails its request and no other. Default 16 MiB. */
  readonly maxReplyBytes?: number;
  /** Requests under way at a time; the others wait their turn. Default 1,000. */
  readonly maxInFlight?: number;
  /** Up to how many plain reads of one turn travel as one multiRead. `false` sends each alone. Default 64. */
  readonly coalesce?: number | false;
  /** Waits between attempts to connect, in milliseconds. Default 100 to 5,000. */
  readonly backoff?: ReconnectBackoff;
  /** The timeout of a close, in milliseconds: then the link is destroyed. Default 2,000. */
  readonly closeTimeout?: number;
  /**
   * The servers' version, as in `'3.8.0'`, for servers that do not allow `srvr`. Default: each is asked as it is
   * connected to.
   */
  readonly serverVersion?: string;
  /**
   * The abilities of the servers, for products other than Apache's. Default: they are learnt from the version, from the
   * name (ClickHouse Keeper), and from requests without an answer. An empty list stands for a server with none of them.
   */
  readonly capabilities?: readonly Capability[];
  /** Whether errors carry the place of the call as their stack; costs microseconds a request. Default `false`. */
  readonly callSites?: boolean;
  /** Gives numbers from 0 up to, not including, 1: for shuffling and jitter. Default `Math.random`. */
  readonly random?: () => number;
  /**
   * Clock and timers. Default: the monotonic clock, together with the time for which the machine was suspended; it
   * begins at the time of day.
   */
  readonly scheduler?: SchedulerLike;
}

/** The options with their defaults, checked. */
export interface Settings extends Required<
  Omit<
    ConnectOptions,
    'auth' | 'connectTimeout' | 'tls' | 'ticket' | 'sasl' | 'coalesce' | 'serverVersion' | 'capabilities'
  >
> {
  readonly auth: readonly HeldIdentity[];
  readonly connectTimeout: number | undefined;
  readonly ticket: TicketFields | undefined;
  readonly sasl: SaslMechanism | undefined;
  readonly coalesce: number;
  readonly serverVersion: Version | undefined;
  readonly capabilities: readonly Capability[] | undefined;
}

const KEYS: readonly (keyof ConnectOptions)[] = [
  'sessionTimeout',
  'connectTimeout',
  'transport',
  'tls',
  'ticket',
  'auth',
  'sasl',
  'readOnly',
  'onExpiry',
  'onDataLoss',
  'offline',
  'maxQueued',
  'statsInterval',
  'use',
  'maxRequestBytes',
  'maxReplyBytes',
  'maxInFlight',
  'coalesce',
  'backoff',
  'closeTimeout',
  'serverVersion',
  'capabilities',
  'callSites',
  'random',
  'scheduler',
];
const GIB = 1024 ** 3;

/** Fills in the defaults. Throws a `UsageError` that names the option at fault. */
export function settingsOf(options: ConnectOptions): Settings {
  const o = knownKeys('options', options, KEYS);
  return {
    sessionTimeout: duration('options.sessionTimeout', o.sessionTimeout ?? 30_000),
    connectTimeout: o.connectTimeout === undefined ? undefined : duration('options.connectTimeout', o.connectTimeout),
    transport: chosenTransport(o),
    ticket: o.ticket === undefined ? undefined : checkTicket('options.ticket', o.ticket),
    auth: array('options.auth', o.auth ?? []).map((identity, i) => {
      const { scheme, auth } = knownKeys(`options.auth[${i}]`, identity, ['scheme', 'auth']);
      return checkIdentity(scheme, auth, `options.auth[${i}].`);
    }),
    sasl: o.sasl === undefined ? undefined : having('options.sasl', o.sasl, 'a SASL mechanism', ['start']),
    readOnly: flag('options.readOnly', o.readOnly ?? false),
    onExpiry: oneOf('options.onExpiry', o.onExpiry ?? 'renew', ['renew', 'error']),
    onDataLoss: oneOf('options.onDataLoss', o.onDataLoss ?? 'wait', ['wait', 'renew']),
    offline: oneOf('options.offline', o.offline ?? 'queue', ['queue', 'fail']),
    maxQueued: integer('options.maxQueued', o.maxQueued ?? 100_000, 1, 2 ** 31 - 1),
    statsInterval: duration('options.statsInterval', o.statsInterval ?? 1000),
    use: filtersOf(o.use),
    maxRequestBytes: integer('options.maxRequestBytes', o.maxRequestBytes ?? 1_048_575, 64, GIB),
    maxReplyBytes: integer('options.maxReplyBytes', o.maxReplyBytes ?? 16 * 1024 ** 2, 64, GIB),
    maxInFlight: integer('options.maxInFlight', o.maxInFlight ?? 1000, 1, 1_000_000),
    coalesce: o.coalesce === false ? 1 : integer('options.coalesce', o.coalesce ?? 64, 1, 1000),
    backoff: checkReconnectBackoff('options.backoff', o.backoff === undefined ? { min: 100, max: 5000 } : o.backoff),
    closeTimeout: duration('options.closeTimeout', o.closeTimeout ?? 2000),
    serverVersion: o.serverVersion === undefined ? undefined : versionOf(o.serverVersion),
    capabilities:
      o.capabilities === undefined
        ? undefined
        : array('options.capabilities', o.capabilities).map((name, i) =>
            oneOf(`options.capabilities[${i}]`, name, CAPABILITIES)
          ),
    callSites: flag('options.callSites', o.callSites ?? false),
    random: o.random === undefined ? Math.random : fractions('options.random', o.random),
    scheduler: clock('options.scheduler', o.scheduler ?? steadyClock()),
  };
}

/** Refuses an identity that no server could check. */
export function checkIdentity(scheme: string, auth: Uint8Array | string, prefix = ''): HeldIdentity {
  if (text(`${prefix}scheme`, scheme) === '') throw new UsageError(`${prefix}scheme`, 'must not be empty');
  return { scheme, auth: Uint8Array.from(credential(`${prefix}auth`, auth)) }; // the caller may wipe its own
}

function versionOf(text: string): Version {
  const [, major, minor, patch] = /^(\d+)\.(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (minor === undefined) throw new UsageError('options.serverVersion', `must be as in '3.8.0', not ${show(text)}`);
  return Number(major) * 10000 + Number(minor) * 100 + Number(patch ?? 0);
}
