import { describe, expect, it } from '@jest/globals';
import { ConnectionLostError } from '../../lib/core/errors.js';
import type { Watched } from '../../lib/core/watched.js';
import { markStale } from '../../lib/store/markStale.js';

describe('markStale', () => {
  it('marks a fresh value, with the reason, and leaves the value itself as it was', () => {
    const fresh: Watched<string> = { kind: 'present', value: 'a', stale: false };
    expect(markStale(fresh)).toMatchObject({ kind: 'present', value: 'a', stale: true, cause: { code: 'UNWATCHED' } });
    expect(fresh.stale).toBe(false);
  });

  it('keeps the cause of a value that is stale already, and takes nothing for nothing', () => {
    const stale: Watched<string> = { kind: 'absent', stale: true, cause: new ConnectionLostError() };
    expect([markStale(stale), markStale(undefined)]).toEqual([stale, undefined]);
    expect(markStale(stale)).toBe(stale);
  });
});
