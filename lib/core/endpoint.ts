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
