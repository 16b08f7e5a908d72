import { type Observable, throwError, timeout } from 'rxjs';
import { type Endpoint, checkEndpoint } from '../../core/endpoint.js';
import { ConnectError, UsageError } from '../../core/errors.js';
import type { Settings } from '../options.js';
import { fourLetterWord } from '../session/fourLetterWord.js';

/** So long a four-letter word may take, unless `connectTimeout` says otherwise. */
const PATIENCE = 10_000;

/** Asks a server a four-letter word. Throws a `UsageError` about the arguments. */
export function command(
  { transport, scheduler, connectTimeout = PATIENCE }: Settings,
  word: string,
  endpoint: Endpoint | undefined
): Observable<string> {
  if (!/^[a-z]{4}$/.test(word)) throw new UsageError('word', 'must be four lower-case letters');
  if (endpoint === undefined) throw new UsageError('endpoint', 'must be given before the first connection');
  const { host, port } = checkEndpoint('endpoint', endpoint);
  const late = () =>
    new ConnectError(`${word}: no whole answer from ${host}:${port} within ${connectTimeout} ms`, {
      code: 'TIMEOUT',
      operation: 'command',
    });
  return fourLetterWord(transport, endpoint, word).pipe(
    timeout({ first: connectTimeout, scheduler, with: () => throwError(late) })
  );
}
