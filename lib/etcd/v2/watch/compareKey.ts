import { type Observable, catchError, defer, ignoreElements, of, tap, throwError } from 'rxjs';
import { isCoordinationError } from '../../../core/errors.js';
import type { EtcdV2Node } from '../protocol/answer.js';
import type { CourseContext } from '../session/course.js';
import type { Exchange } from '../session/exchange.js';
import { currentKey } from './currentKey.js';
import { hasMissed } from './tree.js';
import type { WaitCursor } from './waitCursor.js';

/** What a watcher knows of a key. */
export interface Known {
  tree: EtcdV2Node | undefined;
  /** Where the key was not read yet: the first index that the watcher has asked for. */
  since: number | undefined;
}

/**
 * Reads the key of a watcher that hears nothing, and tells its cursor whether an event was lost on its way. **Emits**
 * nothing.
 *
 * A tree that is too large to be read is not compared: then the silence is believed. A deletion shows only where the
 * key was read before, and a key that was created and deleted meanwhile never shows.
 */
export function compareKey(
  exchange: Exchange,
  key: string,
  recursive: boolean,
  { cursor, known }: { readonly cursor: WaitCursor; readonly known: Known },
  context: CourseContext
): Observable<never> {
  return defer(() => {
    const index = cursor.doubtful ?? 0;
    return currentKey(exchange, key, recursive, false, context).pipe(
      tap((result) => {
        const isSame = result.etcdIndex >= index && !hasMissed(known.tree, result.node, result, known.since);
        if (isSame && known.since !== undefined) {
          known.tree = result.node;
          known.since = undefined;
        }
        cursor.compared(isSame);
      }),
      catchError((error: unknown) => {
        if (!isCoordinationError(error) || error.code !== 'REPLY_TOO_LARGE') return throwError(() => error);
        cursor.compared(true);
        return of(undefined);
      }),
      ignoreElements()
    );
  });
}
