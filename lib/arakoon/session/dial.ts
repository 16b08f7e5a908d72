import { type Observable, catchError, throwError, timeout } from 'rxjs';
import { type Endpoint, formatEndpoint } from '../../core/endpoint.js';
import { ConnectError } from '../../core/errors.js';
import type { Link } from '../../core/link.js';
import type { Settings } from '../options.js';

/** Connects to the first of these addresses that can be connected to, each within the time that one dial may take. */
export function dial([endpoint, ...others]: readonly Endpoint[], settings: Settings): Observable<Link> {
  const { transport, connectTimeout, scheduler } = settings;
  const late = () => throwError(() => new ConnectError(`no connection to ${formatEndpoint(endpoint!)} within ${connectTimeout} ms`, { code: 'TIMEOUT' }));
  const link$ = transport(endpoint!).pipe(timeout({ first: connectTimeout, with: late, scheduler }));
  return others.length === 0 ? link$ : link$.pipe(catchError(() => dial(others, settings)));
}
