/**
 * The steps of a sequence: changes, conditions, and sequences again. Each sees the effects of those before it, and when
 * one of them fails, nothing was done.
 *
 * @example
 * ```ts
 * import { steps } from 'quorum-rx/arakoon';
 *
 * const value = new TextEncoder().encode('1');
 * arakoon
 *   .sequence([steps.assert('/lock', null), steps.set('/lock', value), steps.deletePrefix('/queue/')])
 *   .subscribe();
 * ```
 */
export const steps = {
  set: <K, V>(key: K, value: V) => ({ kind: 'set' as const, key, value }),
  /** Fails with `NOT_FOUND` where there is no such key. */
  delete: <K>(key: K) => ({ kind: 'delete' as const, key }),
  /**
   * Where the value is another than expected it does nothing, and does not fail: to make a condition, use {@link
   * assert}.
   */
  testAndSet: <K, V>(key: K, expected: V | null, wanted: V | null) => ({
    kind: 'testAndSet' as const,
    key,
    expected,
    wanted,
  }),
  /** Sets, or with `null` deletes, whether the key is there or not. */
  replace: <K, V>(key: K, value: V | null) => ({ kind: 'replace' as const, key, value }),
  deletePrefix: <K>(prefix: K) => ({ kind: 'deletePrefix' as const, prefix }),
  /** Fails with `ASSERTION_FAILED` unless the key has this value; `null`: unless it is not there. */
  assert: <K, V>(key: K, value: V | null) => ({ kind: 'assert' as const, key, value }),
  /** Fails with `ASSERTION_FAILED` where there is no such key. */
  assertExists: <K>(key: K) => ({ kind: 'assertExists' as const, key }),
  /** Fails with `ASSERTION_FAILED` unless the keys that begin with `prefix` are these, in any order. Needs 1.8. */
  assertRange: <K>(prefix: K, keys: readonly K[]) => ({ kind: 'assertRange' as const, prefix, keys }),
  /** Several as one. */
  sequence: <S>(inner: readonly S[]) => ({ kind: 'sequence' as const, steps: inner }),
  /** Calls a function that the servers' administrator has installed. Its answer is not sent. */
  userFunction: (name: string, argument: Uint8Array | null = null) => ({
    kind: 'userFunction' as const,
    name,
    argument,
  }),
  nop: () => ({ kind: 'nop' as const }),
};
