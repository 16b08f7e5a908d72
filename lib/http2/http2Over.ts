import { type Observable, defer, map, merge, take } from 'rxjs';
import type { Meter } from '../client/meter.js';
import type { Http2Link } from '../core/http2Link.js';
import type { Link } from '../core/link.js';
import { Http2Connection } from './http2Connection.js';

/**
 * Speaks HTTP/2 over a connection of bytes.
 *
 * - **Emits** one {@link Http2Link} when the server has sent its settings, and stays open.
 * - **Errors** with a `ConnectError` when the server sends something else.
 * - **Unsubscribing** ends the requests that are under way.
 *
 * @param url scheme, host and port of the server, as `http://10.0.0.1:2379`
 * @param meter counts the bytes, and learns when a turn begins and ends
 */
export function http2Over(link: Link, url: string, meter: Meter): Observable<Http2Link> {
  return defer(() => {
    const connection = new Http2Connection(link, url, meter);
    const connected$ = connection.ready$.pipe(
      take(1),
      map(() => connection)
    );
    return merge(connected$, connection.life$); // a server that is stopped accepts connections too, and says nothing
  });
}
