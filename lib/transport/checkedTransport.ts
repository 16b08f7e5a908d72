import {
  type Observable,
  Subject,
  catchError,
  defer,
  isObservable,
  map,
  takeUntil,
  throwError,
  throwIfEmpty,
} from 'rxjs';
import { ConnectError, ConnectionLostError, UsageError, isCoordinationError } from '../core/errors.js';
import { type Endpoint, formatEndpoint } from '../core/endpoint.js';
import type { Link, Transport } from '../core/link.js';

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
        map(checkedLink)
      );
    });
}

function checkedLink(link: Link): Link {
  const { chunk$, drain$ } = link ?? {};
  if (
    !isObservable(chunk$) ||
    !isObservable(drain$) ||
    typeof link.write !== 'function' ||
    typeof link.soon !== 'function'
  ) {
    throw mistake('must emit a Link, with chunk$, drain$, write and soon');
  }
  const mistake$ = new Subject<never>();
  const guarded = <T>(instead: T, task: () => T): T => {
    try {
      return task();
    } catch (error) {
      mistake$.error(isCoordinationError(error) ? error : mistake(`its Link throws: ${textOf(error)}`, error));
      return instead;
    }
  };
  return {
    chunk$: chunk$.pipe(
      catchError((error: unknown) =>
        throwError(() =>
          isCoordinationError(error)
            ? error
            : new ConnectionLostError(`connection lost: ${textOf(error)}`, 'unknown', { cause: error })
        )
      ),
      takeUntil(mistake$)
    ),
    drain$,
    write: (bytes) =>
      guarded(true, () => {
        const left: unknown = link.write(bytes);
        if (typeof left !== 'boolean') throw mistake('write of its Link must return whether everything has left');
        return left;
      }),
    hold: () => guarded(undefined, () => link.hold?.()),
    release: () => guarded(undefined, () => link.release?.()),
    soon: (task) => guarded(undefined, () => link.soon(task)),
  };
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

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
