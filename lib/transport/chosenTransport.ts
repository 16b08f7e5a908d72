import { callable } from '../core/check.js';
import { UsageError } from '../core/errors.js';
import type { Transport } from '../core/link.js';
import { checkedTransport } from './checkedTransport.js';
import { tcp } from './tcp.js';
import { type TlsOptions, tls } from './tls.js';

/** The options of a client that choose its transport. */
interface Choice {
  readonly transport?: Transport;
  readonly tls?: TlsOptions | (() => TlsOptions);
}

/** The transport of a client: its own, or else TLS, or else TCP. Throws a `UsageError` when both options are given. */
export function chosenTransport(options: Choice): Transport {
  if (options.tls !== undefined && options.transport !== undefined)
    throw new UsageError('options.tls', 'is for the default transport; give one or the other');
  if (options.transport !== undefined) return checkedTransport(callable('options.transport', options.transport));
  return options.tls === undefined ? tcp : tls(options.tls);
}
