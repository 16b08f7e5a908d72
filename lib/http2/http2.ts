import { type Observable, switchMap } from 'rxjs';
import { type Endpoint, formatEndpoint } from '../core/endpoint.js';
import type { Meter } from '../client/meter.js';
import type { Http2Link } from '../core/http2Link.js';
import { tcp } from '../transport/tcp.js';
import { type TlsOptions, tls } from '../transport/tls.js';
import { http2Over } from './http2Over.js';

/**
 * Connects to an HTTP/2 server: over TLS with `options`, else in plain text with prior knowledge. Subscribing dials.
 *
 * - **Emits** one {@link Http2Link} once the server has sent its settings, and stays open.
 * - **Errors** with a `ConnectError` when it cannot connect, or when the server does not speak HTTP/2.
 * - **Unsubscribing** destroys the connection, or gives up the attempt.
 */
export function http2(endpoint: Endpoint, options: TlsOptions | undefined, meter: Meter): Observable<Http2Link> {
  const [scheme, dial] = options === undefined ? ['http', tcp] : ['https', tls({ ...options, ALPNProtocols: ['h2'] })];
  return dial(endpoint).pipe(switchMap((link) => http2Over(link, `${scheme}://${formatEndpoint(endpoint)}`, meter)));
}
