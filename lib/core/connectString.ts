import { integer, pathFault } from './check.js';
import type { Endpoint } from './endpoint.js';
import { UsageError } from './errors.js';

/** The servers and the chroot of a connect string. */
export interface Servers {
  /** In the order given; at least one. */
  readonly endpoints: readonly Endpoint[];
  /** The path that all of the caller's paths are below; `''` when that is the root. */
  readonly chroot: string;
}

const IPV6 = /^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*(%[\w.~-]+)?$/i;
// eslint-disable-next-line no-control-regex -- hosts must not contain control characters
const NO_HOST = /[\s@?#\\"'<>[\]%\u0000-\u001f\u007f]/;

/**
 * Reads a connect string: `host:port` with commas between, and a chroot after the last.
 *
 * The chroot is of the whole list and comes once, at its end: `a/app,b` is refused, where other
 * clients take `/app,b` for the path. White space around a server is ignored. An IPv6 address
 * stands in brackets. Throws a {@link UsageError} that names `servers`.
 *
 * @example
 * parseServers('zk1,zk2:2182,[::1]:2183/app');
 * parseServers(['zk1', 'zk2:2182', '[::1]:2183/app']); // the same
 *
 * @param servers a connect string, with or without `zk://` in front, or its parts
 * @param defaultPort the port of a server that names none
 * @param scheme what may stand in front
 */
export function parseServers(servers: string | readonly string[], defaultPort = 2181, scheme = 'zk://'): Servers {
  integer('defaultPort', defaultPort, 1, 65535);
  const text = wholeOf(servers, scheme);
  const slash = text.indexOf('/');
  const hosts = slash < 0 ? text : text.slice(0, slash);
  const chroot = slash < 0 ? '' : chrootOf(text.slice(slash));
  if (hosts === '') throw fault('names no server');
  try {
    return { endpoints: hosts.split(',').map((entry) => endpointOf(entry.trim(), defaultPort)), chroot };
  } catch (error) {
    // a password may have any character, so no part of such a text is safe to show
    throw text.includes('@') ? fault("names no host where it has an '@'; leave out the user and the password") : error;
  }
}

/** The list as one string, without its scheme. */
function wholeOf(servers: string | readonly string[], scheme: string): string {
  const list: readonly unknown[] = Array.isArray(servers) ? servers : [servers];
  if (!list.every((item) => typeof item === 'string')) throw fault('must be a string, or an array of strings');
  const text = list.join(',').trim();
  const bare = text.startsWith(scheme) ? text.slice(scheme.length) : text;
  const unknown = /^[a-z][a-z0-9+.-]*:\/\//i.exec(bare);
  if (unknown) throw fault(`has the unknown scheme ${unknown[0]}`);
  return bare;
}

function chrootOf(path: string): string {
  if (path === '/') return '';
  if (path.includes(',')) throw fault(`has a chroot that is not at the end, or two of them: ${shown(path)}`);
  const why = pathFault(path);
  if (why !== undefined) throw fault(`has the chroot ${shown(path)}, which ${why}`);
  return path;
}

function endpointOf(entry: string, defaultPort: number): Endpoint {
  if (entry === '') throw fault('has an empty entry');
  if (entry.startsWith('[')) return bracketed(entry, defaultPort);
  const [host = '', port, ...rest] = entry.split(':');
  if (rest.length > 0) throw fault(`has ${shown(entry)}; write an IPv6 address in brackets, as in [::1]:2181`);
  if (host === '' || NO_HOST.test(host)) throw fault(`has ${shown(entry)}, which names no host`);
  return { host, port: port === undefined ? defaultPort : portOf(port, entry) };
}

function bracketed(entry: string, defaultPort: number): Endpoint {
  const end = entry.indexOf(']');
  if (end < 0) throw fault(`has ${shown(entry)}, whose bracket is not closed`);
  const host = entry.slice(1, end);
  const rest = entry.slice(end + 1);
  if (!IPV6.test(host)) throw fault(`has ${shown(entry)}, which holds no IPv6 address in its brackets`);
  if (rest !== '' && !rest.startsWith(':')) throw fault(`has ${shown(entry)}, with more than a port after the bracket`);
  return { host, port: rest === '' ? defaultPort : portOf(rest.slice(1), entry) };
}

function portOf(text: string, entry: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port >= 1 && port <= 65535)) throw fault(`has ${shown(entry)}, whose port is not a number from 1 to 65535`);
  return port;
}

/** An entry without its password, which may stand before the last `@`, or behind a `?`. */
function shown(entry: string): string {
  return JSON.stringify(entry.replace(/^.*@/s, '…@').replace(/\?.*$/s, '?…'));
}

function fault(message: string): UsageError {
  return new UsageError('servers', message);
}
