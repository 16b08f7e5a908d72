import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keyNames } from '../../lib/core/keyNames.js';

describe.each([
  ['%', /^(\.{1,2}|zookeeper)$/],
  ['~', /^(\.{1,2}$|_)/],
])('names with %s', (escape, isReserved) => {
  const names = keyNames(isReserved, escape);

  it('are for keys of any characters, each its own, and none is reserved', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (key) => {
        const name = names.nameOf(key);
        expect(names.keyOf(name)).toBe(key);
        expect(name).toMatch(/^[A-Za-z0-9\-_.!~*'()%]+$/);
        expect(isReserved.test(name)).toBe(false);
      })
    );
  });

  it.each(['.', '..', '_hidden', 'zookeeper', 'a/b', '%2E', '~7E', '~', '%'])('are for the key %s', (key) => {
    const name = names.nameOf(key);
    expect(names.keyOf(name)).toBe(key);
    expect([isReserved.test(name), name.includes('/')]).toEqual([false, false]);
  });

  it('are never names that no key has', () => {
    for (const name of ['é', 'a b', '%41', '~41', '%zz', '~zz', '%E9', '~E9', '..', '%', '~', '%c3%a9'])
      expect(names.keyOf(name) === undefined || names.nameOf(names.keyOf(name)!) === name).toBe(true);
    expect(names.keyOf(`${escape}41`)).toBeUndefined();
    expect(names.keyOf('..')).toBeUndefined();
  });

  it('are listed by the beginnings of their keys, in the order of bytes', () => {
    const found = ['b', 'a/2', 'a/1', 'a\u{1F600}', 'a\uFFFD'].map((key) => names.nameOf(key));
    expect(names.keysOf([...found, 'aé'], 'a')).toEqual(['a/1', 'a/2', 'a\uFFFD', 'a\u{1F600}']);
  });
});
