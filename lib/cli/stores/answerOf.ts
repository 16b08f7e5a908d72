import { type Observable, firstValueFrom, throwIfEmpty } from 'rxjs';
import { ProtocolError } from '../../core/errors.js';

/** The answer to a request. Rejects with its error, also if there is no answer. */
export function answerOf<T>(request$: Observable<T>): Promise<T> {
  // eslint-disable-next-line rxjs-x/no-ignored-default-value -- an empty stream errors
  return firstValueFrom(request$.pipe(throwIfEmpty(() => new ProtocolError('the store has given no answer'))));
}
