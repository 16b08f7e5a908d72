import { type Observable, catchError, defer, isObservable, map, throwError, throwIfEmpty } from 'rxjs';
import { ConnectError, UsageError, isCoordinationError } from '../core/errors.js';
import { type Endpoint, formatEndpoint } from '../core/endpoint.js';
import { textOf } from '../core/failures.js';
import type { Link, Transport } from '../core/link.js';
import { checkedLink } from '../operators/checkedLink.js';

/**
 * Checks a transport of the user. Its mistakes become a `UsageError` that names `options.transport`: a throw, or
 * something that is no `Link`. No other attempt would do better. Errors that are not of this library become a
 * `ConnectError`, or a `ConnectionLostError`.
 */
export function checkedTransport(transport: Transport): Transport {
  return (endpoint) =>
    defer(() => {
      const link$: unknown = attempt('throws', () => transport(endpoint));
      if (!isObservable(link$)) throw mistake('must return an Observable of a Link');
      return (link$ as Observable<Link>).pipe(
        catchError((error: unknown) =>
          throwError(() => (isCoordinationError(error) ? error : unreachable(endpoint, textOf(error), error)))
        ),
        throwIfEmpty(() => unreachable(endpoint, 'the transport completed')),
        map((link) => checkedLink('options.transport', link))
      );
    });
}

function attempt<T>(what: string, task: () => T): T {
  try {
    return task();
  } catch (error) {
    throw mistake(`${what}: ${textOf(error)}`, error);
  }
}

function mistake(message: string, cause?: unknown): UsageError {
  return new UsageError('options.transport', message, { cause });
}

function unreachable(endpoint: Endpoint, why: string, cause?: unknown): ConnectError {
  return new ConnectError(`cannot connect to ${formatEndpoint(endpoint)}: ${why}`, { cause });
}
