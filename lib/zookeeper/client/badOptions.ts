import { type Observable, throwError } from 'rxjs';
import { flag, knownKeys, oneOf } from '../../core/check.js';
import { checkCodec } from '../../core/codecs.js';
import { situated } from '../../core/errors.js';
import { type CallOptions, checkCallOptions } from '../session/exchange.js';

const CALL = ['timeout', 'signal', 'priority'] satisfies (keyof CallOptions)[];
const READ = [...CALL, 'read'];

/** The options of each method; those that are not here have those of any request. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  get: [...READ, 'codec'],
  exists: READ,
  getChildren: [...READ, 'stat'],
  getConfig: READ,
  create: [...CALL, 'mode', 'acl', 'ttl', 'parents', 'parentsAcl', 'protect', 'codec'],
  set: [...CALL, 'version', 'codec'],
  delete: [...CALL, 'version', 'recursive'],
  setAcl: [...CALL, 'version'],
  watch: ['codec'],
  events: ['recursive'],
  close: ['detach'],
};
const FLAGS = ['stat', 'parents', 'protect', 'recursive', 'detach'];

/**
 * Refuses options that a method does not have, and those of a wrong type. **Errors** with a `UsageError` about the first of
 * them; `undefined`: nothing is wrong.
 */
export function badOptions(operation: string, options: unknown, path?: unknown): Observable<never> | undefined {
  if (options === undefined) return undefined;
  try {
    checkOptions(operation, options as object);
    return undefined;
  } catch (error) {
    situated(error, { operation, path: path as string });
    return throwError(() => error);
  }
}

/** What is wrong with the arguments of a method, on the error channel. */
export function sound<T>(operation: string, request: () => Observable<T>): Observable<T> {
  try {
    return request();
  } catch (error) {
    return throwError(() => situated(error, { operation }));
  }
}

/** The same as {@link badOptions}, and throws. */
export function checkOptions(operation: string, options: object): void {
  const given = knownKeys('options', options as Record<string, unknown>, KEYS[operation] ?? CALL);
  checkCallOptions(given);
  if (given['codec'] !== undefined) checkCodec('options.codec', given['codec'] as never);
  if (given['read'] !== undefined) oneOf('options.read', given['read'], ['local', 'sync', 'strict']);
  for (const name of FLAGS) if (given[name] !== undefined) flag(`options.${name}`, given[name]);
}
