import { type TcpSocketConnectOpts, isIP } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import type { Transport } from '../core/link.js';
import { dial } from './dial.js';

/**
 * What TLS needs to know: Node's own options, of which `ca` names the authorities to trust, and `cert` with `key` (or
 * `pfx`) the certificate to show, which ZooKeeper makes an identity of the scheme `x509`.
 */
export type TlsOptions = Omit<ConnectionOptions, 'host' | 'port' | 'path' | 'socket' | 'onread' | 'lookup'>;

/**
 * TLS over TCP. The server's certificate is verified, and for the name that was asked for, unless the options say
 * otherwise. Pass a function to read certificates anew for every connection, as after they were renewed.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { connect, tls } from 'quorum-rx';
 *
 * const secure = tls(() => ({ ca: readFileSync('ca.pem'), cert: readFileSync('me.pem'), key: readFileSync('me.key') }));
 * connect('zk1:2281', { transport: secure }).subscribe();
 * ```
 */
export function tls(options: TlsOptions | (() => TlsOptions) = {}): Transport {
  return (endpoint) =>
    dial(endpoint, {
      ready: 'secureConnect',
      connect(host, { host: name, port }, { onread }) {
        const chosen = typeof options === 'function' ? options() : options;
        const named = isIP(name) === 0 ? { servername: name } : {};
        const all: ConnectionOptions & Pick<TcpSocketConnectOpts, 'onread'> = { ...named, ...chosen, host, port, onread };
        const socket = connect(all);
        return socket.setNoDelay(true);
      },
    });
}
