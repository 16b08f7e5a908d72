import { EMPTY, type Observable, catchError, defer, endWith, ignoreElements, map, mergeMap, take, tap, throwError } from 'rxjs';
import type { Endpoint } from '../../core/endpoint.js';
import { ProtocolError } from '../../core/errors.js';
import type { Link, Transport } from '../../core/link.js';
import type { Version } from '../types.js';

const LONGEST_ANSWER = 16 * 1024 * 1024;

/**
 * Asks a server one of its four-letter words, on a connection of its own.
 *
 * - **Emits** the whole answer as text, which is empty or a refusal where the server does not allow the word, and completes.
 * - **Errors** with a `ConnectError`, or a `ConnectionLostError` when the link broke before any answer.
 * - **Unsubscribing** gives up.
 */
export function fourLetterWord(transport: Transport, endpoint: Endpoint, word: string): Observable<string> {
  return transport(endpoint).pipe(
    mergeMap((link) => answer(link, word)),
    take(1)
  );
}

/** The version that a server gives in its answer to `srvr`; 0 where there is none. */
export function versionIn(answer: string): Version {
  const [, major, minor, patch] = /version: (\d+)\.(\d+)\.(\d+)/i.exec(answer) ?? [];
  return patch === undefined ? 0 : Number(major) * 10000 + Number(minor) * 100 + Number(patch);
}

function answer(link: Link, word: string): Observable<string> {
  return defer(() => {
    const decoder = new TextDecoder();
    let text = '';
    link.write(new TextEncoder().encode(word));
    return link.chunk$.pipe(
      tap((chunk) => {
        text += decoder.decode(chunk, { stream: true });
        if (text.length > LONGEST_ANSWER) throw new ProtocolError(`an endless answer to ${word}`, { effect: 'none' });
      }),
      ignoreElements(),
      catchError((error: unknown) => (text === '' ? throwError(() => error) : EMPTY)), // it answered, and then reset the connection
      endWith(undefined),
      map(() => text)
    );
  });
}
