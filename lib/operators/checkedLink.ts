import { Subject, catchError, isObservable, takeUntil, throwError } from 'rxjs';
import { ConnectionLostError, UsageError, isCoordinationError } from '../core/errors.js';
import { textOf } from '../core/failures.js';
import type { Link } from '../core/link.js';

/**
 * Checks a link of the user. Its mistakes become a `UsageError` on `chunk$` that names the argument: something that is
 * no `Link`, or a throw. Errors that are not of this library become a `ConnectionLostError`.
 */
export function checkedLink(argument: string, link: Link): Link {
  const mistake = (message: string, cause?: unknown) => new UsageError(argument, message, { cause });
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
