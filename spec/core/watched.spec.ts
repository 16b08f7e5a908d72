import { describe, expect, it } from '@jest/globals';
import { json } from '../../lib/core/codecs.js';
import { ConnectionLostError } from '../../lib/core/errors.js';
import { type Watched, decodedOrError, freshness } from '../../lib/core/watched.js';

describe('the shape of a watched value', () => {
  it('narrows by kind and by staleness', () => {
    const shown = (node: Watched<{ readonly a: number }, { readonly version: bigint }>) => {
      if (node.stale) return node.cause.code;
      if (node.kind === 'present') return node.value.a + Number(node.version);
      return node.kind === 'unreadable' ? node.error.message : node.kind;
    };
    expect([
      shown({ kind: 'present', value: { a: 1 }, version: 2n, stale: false }),
      shown({ kind: 'denied', stale: false }),
      shown({ kind: 'absent', stale: true, cause: new ConnectionLostError() }),
    ]).toEqual([3, 'denied', 'CONNECTION_LOST']);
  });

  it('is fresh without a cause, and has no such field then', () => {
    const cause = new ConnectionLostError();
    expect(freshness(undefined)).toStrictEqual({ stale: false });
    expect(freshness(cause)).toStrictEqual({ stale: true, cause });
  });

  it('holds the error of a codec in place of the value, with the path and the method', () => {
    expect(decodedOrError(json<number>(), Buffer.from('7'), 'watch', '/a')).toEqual({ kind: 'present', value: 7 });
    expect(decodedOrError(json<number>(), Buffer.from('{'), 'watch', '/a')).toMatchObject({
      kind: 'unreadable',
      error: { code: 'BAD_VALUE', operation: 'watch', path: '/a' },
    });
  });
});
