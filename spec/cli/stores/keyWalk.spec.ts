import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defer, of, throwError } from 'rxjs';
import { KeyPages } from '../../../lib/cli/stores/keyPages.js';
import { namedNode } from '../../../lib/cli/stores/keyTree.js';
import { keyWalk } from '../../../lib/cli/stores/keyWalk.js';
import { namesBelow } from '../../../lib/cli/stores/namesBelow.js';
import { pathOrder, textOrder } from '../../../lib/cli/stores/textOrder.js';
import { ProtocolError } from '../../../lib/core/errors.js';

/** A store of keys that counts its requests, and refuses to answer with more bytes than `largest`. */
class CountedKeys {
  requests = 0;
  readonly sizes: number[] = [];
  readonly #keys: readonly string[];
  readonly #bytes: (key: string) => number;
  readonly #largest: number;

  constructor(keys: Iterable<string>, bytes = (_key: string) => 0, largest = Infinity) {
    this.#keys = [...new Set(keys)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    this.#bytes = bytes;
    this.#largest = largest;
  }

  pages(withValues = false): KeyPages {
    return new KeyPages(
      (from, to, max) =>
        defer(() => {
          this.requests++;
          const isIn = (key: string) => textOrder(key, from) >= 0 && (to === undefined || textOrder(key, to) < 0);
          const found = this.#keys.filter(isIn).slice(0, max);
          const bytes = found.reduce((sum, key) => sum + this.#bytes(key), 0);
          if (bytes > this.#largest)
            return throwError(() => new ProtocolError('too large', { code: 'REPLY_TOO_LARGE' }));
          this.sizes.push(bytes);
          return of(found.map((key) => ({ ...namedNode(key), value: new Uint8Array(this.#bytes(key)) })));
        }),
      withValues
    );
  }
}

async function walked(keys: CountedKeys, path = '/', depth = Infinity, withValues = false): Promise<string[]> {
  const paths: string[] = [];
  for await (const node of keyWalk(keys.pages(withValues), path, depth))
    paths.push((node.exists ? '' : '?') + node.path);
  return paths;
}

/** The same, with all keys at hand. */
function expected(keys: readonly string[], path: string, depth: number): readonly string[] {
  const all = new Map<string, boolean>([['/', false]]);
  for (const key of keys)
    for (let end = key.indexOf('/'); end >= 0; end = key.indexOf('/', end + 1)) all.set(`/${key.slice(0, end)}`, false);
  for (const key of keys) all.set(`/${key}`, true);
  const below = path === '/' ? '/' : `${path}/`;
  const level = (at: string) => (at === path ? 0 : at.slice(below.length).split('/').length);
  return [...all.keys()]
    .filter((at) => (at === path || (at.startsWith(below) && at !== '/')) && level(at) <= depth)
    .filter((at) => at !== '/' || path === '/')
    .sort((a, b) => pathOrder(a === '/' ? '' : a, b === '/' ? '' : b))
    .map((at) => (all.get(at) === true ? at : `?${at}`));
}

const segment = fc.oneof(
  fc.constantFrom('a', 'a-', 'a-b', 'a.b', 'a-b.c', 'ab', 'b', '', '-', '!a', '\u{10ffff}', '\u{e000}', '\u{1f600}'),
  fc.integer({ min: 0, max: 2000 }).map(String)
);
const keyOfSome = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((segments) => segments.join('/'))
  .filter((key) => key !== '');

describe('a walk through keys', () => {
  it('has the order of a tree, with the paths that are only a part of keys, at every depth', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(keyOfSome, { maxLength: 60 }),
        fc.constantFrom('/', '/a', '/a-b', '/b'),
        fc.constantFrom(1, 2, Infinity),
        async (keys, path, depth) => {
          expect(await walked(new CountedKeys(keys), path, depth, true)).toEqual(expected(keys, path, depth));
        }
      ),
      { numRuns: 300 }
    );
  });

  it('has that order also where pages end between names that begin alike', async () => {
    const keys = Array.from({ length: 700 }, (_, i) => [`job/n${i}/x`, `job/n${i}`, `job/n${i}-1`, `job/n${i}.a/x/y`]);
    const store = new CountedKeys(keys.flat());
    expect(await walked(store)).toEqual(expected(keys.flat(), '/', Infinity));
    expect(store.requests).toBeLessThan(20);
  });

  it('asks for thousands of keys at a time, and leaps past what is too deep', async () => {
    const children = ['a', 'b', 'b-2'];
    const large = children.flatMap((child) => Array.from({ length: 10_000 }, (_, i) => `${child}/${i}/x`));
    const whole = new CountedKeys(large);
    expect((await walked(whole)).length).toBe(60_004);
    expect(whole.requests).toBeLessThan(10);
    const flat = new CountedKeys(large);
    expect(await walked(flat, '/', 1)).toEqual(['?/', '?/a', '?/b', '?/b-2']);
    expect(flat.requests).toBeLessThan(6);
    const names = new CountedKeys(large);
    expect(await namesBelow(names.pages(), '/', {})).toEqual(children);
    expect(names.requests).toBeLessThan(5);
  });

  it('lists the names that begin with a text, and no more than are wanted', async () => {
    const keys = ['a', 'ab/x', 'ab', 'abc', 'b', 'a\u{10ffff}', 'z/y'].map((name) => `top/${name}`);
    const names = (options = {}) => namesBelow(new CountedKeys([...keys, 'other']).pages(), '/top', options);
    expect(await names()).toEqual(['a', 'ab', 'abc', 'a\u{10ffff}', 'b', 'z']);
    expect(await names({ begins: 'ab' })).toEqual(['ab', 'abc']);
    expect(await names({ begins: 'a\u{10ffff}' })).toEqual(['a\u{10ffff}']);
    expect(await names({ max: 2 })).toEqual(['a', 'ab']);
    const many = new CountedKeys(Array.from({ length: 5000 }, (_, i) => `top/${i}`));
    expect((await namesBelow(many.pages(), '/top', { max: 200 })).length).toBe(200);
    expect(many.requests).toBe(1);
  });

  it('takes fewer keys at a time where values are large, also where they become large at once', async () => {
    const keys = Array.from({ length: 3000 }, (_, i) => `n${String(i).padStart(4, '0')}`);
    const bytes = (key: string) => (key < 'n1500' ? 10 : 500_000);
    const store = new CountedKeys(keys, bytes, 64 * 1024 * 1024);
    expect((await walked(store, '/', Infinity, true)).length).toBe(3001);
    const large = store.sizes.filter((size) => size > 4 * 1024 * 1024);
    expect(large.length).toBeLessThan(3); // the pages that met the large values first
  });
});
