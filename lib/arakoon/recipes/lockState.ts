import { ValueError, utf8 } from '../../core/codecs.js';
import { type Observable, map } from 'rxjs';
import type { Arakoon } from '../client/arakoon.js';
import { getIfAny } from './getIfAny.js';
import { type Look, type PollOptions, type PollClient, polling } from './polling.js';

/** The part of a client that locks need. */
export type LockClient<K, V> = Pick<Arakoon<K, V>, 'with' | 'codecs'> & PollClient;

/** The state of a lock, as its key shows it. */
export interface LockState {
  /** How often it has been taken: the fencing token of the holder, or of the last one. */
  readonly token: bigint;
  /** The holder, by an id and its name; `undefined`: it is free. */
  readonly holder: string | undefined;
}

/**
 * Looks who holds a lock. **Emits** once, and completes. **Errors** as a read does, and with `BAD_VALUE` where the key
 * is no lock.
 *
 * @example
 * ```ts
 * import { breakLock, lockState } from 'quorum-rx/arakoon';
 * import { concatMap } from 'rxjs';
 *
 * // for an operator who knows that the holder is no more
 * lockState(arakoon, '/locks/report')
 *   .pipe(concatMap(({ token }) => breakLock(arakoon, '/locks/report', token)))
 *   .subscribe();
 * ```
 */
export function lockState<K, V>(arakoon: Pick<Arakoon<K, V>, 'with'>, key: K): Observable<LockState> {
  return getIfAny(lockView(arakoon), key).pipe(map((text) => stateOf(text, key)));
}

/** The value of the key, again and again. */
export function lockStates<K, V>(arakoon: LockClient<K, V>, key: K, options: PollOptions): Observable<Look<LockState>> {
  const view = lockView(arakoon);
  return polling(
    arakoon,
    options,
    (call) => getIfAny(view, key, call),
    Object.is,
    (text) => stateOf(text, key)
  );
}

/**
 * Sees the key of a lock as it is, whatever is good enough for the view otherwise; and gives it back after its signal
 * has aborted.
 */
export function lockView<K, V>(arakoon: Pick<Arakoon<K, V>, 'with'>): Arakoon<K, string> {
  return arakoon.with<K, string>({ value: utf8, consistency: 'consistent', signal: undefined });
}

/** As the key says it: the token, and behind a blank the holder; `null` where it was never taken. */
export function lockText({ token, holder }: LockState): string | null {
  if (holder !== undefined) return `${token} ${holder}`;
  return token === 0n ? null : String(token);
}

function stateOf<K>(text: string | null, key: K): LockState {
  if (text === null) return { token: 0n, holder: undefined };
  const [whole, token, holder] = /^([1-9]\d{0,30})(?: (\S.*))?$/.exec(text) ?? [];
  if (whole === undefined)
    throw new ValueError(`lock ${String(key)}: the key says something else than the key of a lock`, {
      operation: 'lock',
      path: String(key),
    });
  return { token: BigInt(token!), holder };
}
