import { type TcpSocketConnectOpts, isIP } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import { text } from '../core/check.js';
import { UsageError } from '../core/errors.js';
import type { Transport } from '../core/link.js';
import { dial } from './dial.js';

/**
 * The options of TLS, which are Node's own: `ca` names the authorities to trust, and `cert` with `key` (or `pfx`) the
 * certificate to show, which ZooKeeper makes an identity of the scheme `x509`.
 */
export type TlsOptions = Omit<ConnectionOptions, 'host' | 'port' | 'path' | 'socket' | 'onread' | 'lookup'>;

/**
 * TLS over TCP. The server's certificate is verified, and for the name that was asked for, unless the options say
 * otherwise. Pass a function to read the certificates for every connection, so that renewed ones are used.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { connect, tls } from 'quorum-rx';
 *
 * const files = () => ({ ca: readFileSync('ca.pem'), cert: readFileSync('me.pem'), key: readFileSync('me.key') });
 * const secure = tls(files);
 * connect('zk1:2281', { transport: secure }).subscribe();
 * ```
 */
export function tls(options: TlsOptions | (() => TlsOptions) = {}): Transport {
  if (typeof options !== 'function') checkOptions(options);
  return (endpoint) =>
    dial(endpoint, {
      ready: 'secureConnect',
      connect(host, { host: name, port }, { onread }) {
        const chosen = typeof options === 'function' ? checkOptions(options()) : options;
        const named = isIP(name) === 0 ? { servername: name } : {};
        const all: ConnectionOptions & Pick<TcpSocketConnectOpts, 'onread'> = {
          ...named,
          ...chosen,
          host,
          port,
          onread,
        };
        const socket = connect(all);
        return socket.setNoDelay(true);
      },
    });
}

/** The parts that Node's own messages would show, although they are secret. */
function checkOptions(options: TlsOptions): TlsOptions {
  if (typeof options !== 'object' || options === null)
    throw new UsageError('options.tls', "must be an object of Node's options for TLS, or a function that returns one");
  const { passphrase, key, pfx, cert, ca } = options;
  if (passphrase !== undefined) text('options.tls.passphrase', passphrase);
  for (const [name, value] of Object.entries({ key, pfx, cert, ca })) {
    const single = typeof value === 'string' || ArrayBuffer.isView(value);
    if (value !== undefined && !single && !Array.isArray(value))
      throw new UsageError(`options.tls.${name}`, 'must be text, bytes, or an array of them');
  }
  return options;
}
