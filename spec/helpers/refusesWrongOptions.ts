import { describe, expect, it } from '@jest/globals';
import { isObservable, lastValueFrom, timeout } from 'rxjs';
import type { UsageError } from '../../lib/core/errors.js';

/** What a call ends with, in whichever way; without an end, that it has none. */
export async function endOf(make: () => unknown): Promise<unknown> {
  try {
    const made = make();
    if (isObservable(made)) await lastValueFrom(made.pipe(timeout(100)), { defaultValue: undefined });
    else await made;
    return 'nothing';
  } catch (error) {
    const { code, layer, argument } = error as UsageError;
    return layer === 'usage' && code === 'USAGE' && typeof argument === 'string' ? 'refused' : error;
  }
}

const WRONG: readonly unknown[] = [
  { unknwon: 1 },
  { timeout: undefined, tmeout: 5 },
  5000,
  'text',
  null,
  [],
  true,
  () => 1,
];

/** Sees that calls, by their names, refuse what are no options of theirs. */
export function refusesWrongOptions(takers: Readonly<Record<string, (options: never) => unknown>>): void {
  describe.each(Object.entries(takers))('%s', (_, take) => {
    it.each(WRONG.map((options) => [options]))('refuses %j in place of its options', async (options) => {
      expect(await endOf(() => take(options as never))).toBe('refused');
    });
  });
}
