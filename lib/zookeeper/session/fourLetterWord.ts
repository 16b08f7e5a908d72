import {
  EMPTY,
  type Observable,
  catchError,
  defer,
  endWith,
  ignoreElements,
  map,
  mergeMap,
  take,
  tap,
  throwError,
} from 'rxjs';
import type { Endpoint } from '../../core/endpoint.js';
import { ProtocolError } from '../../core/errors.js';
import type { Link, Transport } from '../../core/link.js';

const LONGEST_ANSWER = 16 * 1024 * 1024;

/**
 * Asks a server one of its four-letter words, on a connection of its own.
 *
 * - **Emits** the whole answer as text, which is empty or a refusal where the server does not allow the word, and
 *   completes.
 * - **Errors** with a `ConnectError`, or a `ConnectionLostError` when the link broke before any answer.
 * - **Unsubscribing** gives up.
 *
 * @param longest longest answer taken, in characters
 */
export function fourLetterWord(
  transport: Transport,
  endpoint: Endpoint,
  word: string,
  longest = LONGEST_ANSWER
): Observable<string> {
  return transport(endpoint).pipe(
    mergeMap((link) => answer(link, word, longest)),
    take(1)
  );
}

function answer(link: Link, word: string, longest: number): Observable<string> {
  return defer(() => {
    const decoder = new TextDecoder();
    let text = '';
    link.write(new TextEncoder().encode(word));
    return link.chunk$.pipe(
      tap((chunk) => {
        text += decoder.decode(chunk, { stream: true });
        if (text.length > longest) throw new ProtocolError(`an endless answer to ${word}`, { effect: 'none' });
      }),
      ignoreElements(),
      // it answered, and then reset the connection
      catchError((error: unknown) => (text === '' || error instanceof ProtocolError ? throwError(() => error) : EMPTY)),
      endWith(undefined),
      map(() => text)
    );
  });
}
