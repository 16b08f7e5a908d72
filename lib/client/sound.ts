import { type Observable, throwError } from 'rxjs';
import { situated } from '../core/errors.js';

/**
 * Makes a request, and reports a mistake in its arguments on the error channel, with the method's name and the path.
 *
 * @param path finds the path or the key for the error
 */
export function sound<T>(
  operation: string,
  request: () => Observable<T>,
  path?: () => string | undefined
): Observable<T> {
  try {
    return request();
  } catch (error) {
    return throwError(() => situated(error, { operation, path: path?.() }));
  }
}
