import { integer, knownKeys, text } from './check.js';
import { UsageError } from './errors.js';

/** A server's address. */
export interface Endpoint {
  /** Host name, IPv4 or IPv6 address (without brackets). */
  readonly host: string;
  readonly port: number;
}

/** `host:port`, with brackets around an IPv6 address: the form that connect strings use. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Refuses a value that is no address. */
export function checkEndpoint(argument: string, value: Endpoint): Endpoint {
  const { host, port } = knownKeys(argument, value, ['host', 'port']);
  if (text(`${argument}.host`, host) === '') throw new UsageError(`${argument}.host`, 'must not be empty');
  integer(`${argument}.port`, port, 1, 65535);
  return value;
}
