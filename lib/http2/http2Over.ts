import { type Observable, defer, map, merge, take } from 'rxjs';
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
 */
export function http2Over(link: Link, url: string): Observable<Http2Link> {
  return defer(() => {
    const connection = new Http2Connection(link, url);
    const connected$ = connection.ready$.pipe(
      take(1),
      map(() => connection)
    );
    return merge(connected$, connection.life$); // a server that is stopped accepts connections too, and says nothing
  });
}
