import { integer, knownKeys } from '../../core/check.js';
import type { Endpoint } from '../../core/endpoint.js';
import { UsageError } from '../../core/errors.js';
import { checkScript } from './checkScript.js';
import type { FaultStep } from './faultStep.js';
import type { Rewrite } from './proxyTypes.js';
import { whole } from './whole.js';

/**
 * How a proxy starts. All but `target`, `host`, `port` and `seed` can be changed later.
 *
 * @example
 * const options: ProxyOptions = { target: '127.0.0.1:2181', latency: 40, jitter: 10, bandwidth: 100_000, seed: 7 };
 */
export interface ProxyOptions {
  /** Where connections lead: `'host:port'`, with brackets around an IPv6 address, or an object with both. */
  readonly target: string | Endpoint;
  /** Where to listen. Default `127.0.0.1`: this machine alone. */
  readonly host?: string;
  /** Default 0: any free one. It stays the same over `refuse()` and `accept()`. */
  readonly port?: number;
  /**
   * Where all of its randomness comes from: a whole number below 2^32. Default: a random one, which `proxy.seed` tells.
   */
  readonly seed?: number;
  /** Milliseconds that every chunk is under way, each way. Default 0. */
  readonly latency?: number;
  /** How far, in milliseconds, `latency` may be off, both ways. Default 0. The order stays. */
  readonly jitter?: number;
  /** Bytes a second, for each direction of each connection. Default 0: as many as it can. */
  readonly bandwidth?: number;
  /** The largest packet, in bytes; 1 sends every byte by itself. Default 0: as they come. */
  readonly pieces?: number;
  /** Sees every chunk as it arrives, and may change it. */
  readonly rewrite?: Rewrite;
  /** Is played from the start, until the proxy is stopped. */
  readonly script?: Iterable<FaultStep>;
}

/** The options with their defaults, checked. */
export interface ProxySettings extends Required<Omit<ProxyOptions, 'rewrite' | 'script'>> {
  readonly target: Endpoint;
  readonly rewrite: Rewrite | undefined;
  readonly script: Iterable<FaultStep> | undefined;
}

const KEYS: readonly (keyof ProxyOptions)[] = [
  'target',
  'host',
  'port',
  'seed',
  'latency',
  'jitter',
  'bandwidth',
  'pieces',
  'rewrite',
  'script',
];

/** Fills in the defaults. Throws a `UsageError` that names the option at fault. */
export function proxySettings(options: ProxyOptions): ProxySettings {
  const {
    target,
    host = '127.0.0.1',
    port,
    seed,
    latency,
    jitter,
    bandwidth,
    pieces,
    rewrite,
    script,
  } = knownKeys('options', options, KEYS);
  if (typeof host !== 'string' || host === '')
    throw new UsageError('options.host', 'must be a host name or an address');
  if (rewrite !== undefined && typeof rewrite !== 'function')
    throw new UsageError('options.rewrite', 'must be a function');
  return {
    target: endpointOf('options.target', target),
    host,
    port: integer('options.port', port ?? 0, 0, 65535),
    seed: integer('options.seed', seed ?? Math.floor(Math.random() * 2 ** 32), 0, 2 ** 32 - 1),
    latency: whole('options.latency', latency ?? 0),
    jitter: whole('options.jitter', jitter ?? 0),
    bandwidth: whole('options.bandwidth', bandwidth ?? 0),
    pieces: whole('options.pieces', pieces ?? 0),
    rewrite,
    script: script === undefined ? undefined : checkScript('options.script', script),
  };
}

/** Where a proxy is to lead, as a host and a port. */
export function endpointOf(argument: string, target: string | Endpoint): Endpoint {
  const { host, port } = typeof target === 'string' ? parsed(target) : (target ?? {});
  if (typeof host === 'string' && host !== '' && Number.isInteger(port) && port >= 1 && port <= 65535)
    return { host, port };
  throw new UsageError(
    argument,
    "must be 'host:port' or { host, port }, with a port from 1 to 65535" +
      (typeof target === 'string' ? `, not ${JSON.stringify(target)}` : '')
  );
}

function parsed(text: string): Endpoint {
  const [, v6, name, port] = /^(?:\[([^\]]+)\]|([^:/,\s]+)):(\d{1,5})$/.exec(text) ?? [];
  return { host: v6 ?? name ?? '', port: Number(port) };
}
