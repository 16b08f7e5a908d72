import { describe, expect, it } from '@jest/globals';
import { deepEqual } from '../../lib/store/deepEqual.js';

const same: [unknown, unknown][] = [
  [1, 1],
  [NaN, NaN],
  [1n, 1n],
  [null, null],
  [undefined, undefined],
  [{}, {}],
  [[], []],
  [
    { a: 1, b: [{ c: 2n }] },
    { b: [{ c: 2n }], a: 1 },
  ],
  [Object.create(null), Object.create(null)],
  [new Uint8Array([1, 2]), new Uint8Array([1, 2])],
  [{ a: undefined }, { a: undefined }],
];
const different: [unknown, unknown][] = [
  [1, '1'],
  [1, 1n],
  [0, -0],
  [null, undefined],
  [null, {}],
  [{}, []],
  [{ a: 1 }, { a: 2 }],
  [{ a: 1 }, { a: 1, b: 2 }],
  [{ a: undefined }, { b: undefined }],
  [{ a: 1 }, Object.create({ a: 1 })],
  [{}, { toString: undefined }],
  [
    [1, 2],
    [2, 1],
  ],
  [[1], [1, 2]],
  [new Uint8Array([1, 2]), new Uint8Array([1, 3])],
  [new Uint8Array([1, 2]), new Uint8Array([1])],
  [new Uint8Array([1]), [1]],
];

describe('alike', () => {
  it('is true for the same contents', () => {
    expect(same.filter(([a, b]) => !deepEqual(a, b) || !deepEqual(b, a))).toEqual([]);
  });

  it('is false for other contents, and for other kinds', () => {
    expect(different.filter(([a, b]) => deepEqual(a, b) || deepEqual(b, a))).toEqual([]);
  });

  it('knows nothing of what is inside other objects, and so takes them for the same only if they are one', () => {
    const date = new Date(0);
    expect(deepEqual({ date }, { date })).toBe(true);
    expect(deepEqual(new Date(0), new Date(0))).toBe(false);
    expect(deepEqual(new Map([[1, 2]]), new Map([[1, 2]]))).toBe(false);
    expect(
      deepEqual(
        () => 1,
        () => 1
      )
    ).toBe(false);
  });
});
