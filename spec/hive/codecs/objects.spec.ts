import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deserialize, serialize } from 'node:v8';
import { isDeepStrictEqual } from 'node:util';
import { objects } from '../../../lib/hive/codecs/objects.js';
import { wholeValues } from './values.js';

const back = (value: unknown) => objects.decode(objects.encode(value));
const refusal = (value: unknown) => {
  try {
    objects.encode(value);
  } catch (error) {
    return (error as Error & { code: string }).code === 'BAD_VALUE' ? (error as Error).message : error;
  }
  return 'taken';
};

function argumentsOf(..._: unknown[]): unknown {
  // eslint-disable-next-line prefer-rest-params -- the old object is meant
  return arguments;
}

describe('objects', () => {
  it('gives back every value that it takes', () => {
    // Node decodes in a realm of its own under jest, so both sides come from there
    fc.assert(fc.property(wholeValues, (value) => isDeepStrictEqual(back(value), deserialize(serialize(value)))));
    fc.assert(fc.property(wholeValues, (value) => expect(back(value)).toEqual(value)));
  });

  it('keeps a date that is none', () => {
    expect((back(new Date(NaN)) as Date).getTime()).toBeNaN();
  });

  it('keeps cycles, and two ways to one object', () => {
    const one: Record<string, unknown> = { name: 'one' };
    const value = { one, again: one, map: new Map<unknown, unknown>(), set: new Set<unknown>([one]) };
    one['self'] = one;
    value.map.set(value, one);
    const found = back(value) as typeof value;
    expect(found.again).toBe(found.one);
    expect(found.one['self']).toBe(found.one);
    expect(found.map.get(found)).toBe(found.one);
    expect(found.set.has(found.one)).toBe(true);
  });

  it('keeps -0, NaN, undefined, holes and half surrogate pairs', () => {
    const found = back([-0, NaN, undefined, '\ud800']) as unknown[];
    expect(Object.is(found[0], -0)).toBe(true);
    expect(found).toEqual([-0, NaN, undefined, '\ud800']);
    expect(1 in (back([1, , 3]) as unknown[])).toBe(false); // eslint-disable-line no-sparse-arrays -- holes are meant
    expect(back({ a: undefined })).toHaveProperty('a');
  });

  it('keeps errors with their message, stack and cause', () => {
    const error = new TypeError('no', { cause: new RangeError('deep', { cause: 7n }) });
    const found = back(error) as TypeError;
    expect([found.name, found.message, found.stack]).toEqual(['TypeError', 'no', error.stack]);
    expect((found.cause as Error).name).toBe('RangeError');
    expect((found.cause as Error).cause).toBe(7n);
  });

  it('gives each view memory of its own', () => {
    const bytes = objects.encode({ a: new Uint8Array([1, 2, 3]), b: new Float64Array([1.5]), c: Buffer.from('abc') });
    const found = objects.decode(bytes) as { a: Uint8Array; b: Float64Array; c: Buffer };
    expect([found.a.buffer.byteLength, found.b.buffer.byteLength]).toEqual([3, 8]);
    bytes.fill(0);
    expect([[...found.a], [...found.b], found.c.toString()]).toEqual([[1, 2, 3], [1.5], 'abc']);
    expect(Buffer.isBuffer(found.c)).toBe(true);
  });

  class Account {}
  class Crowd extends Map {}
  it.each<[string, unknown, string]>([
    ['a function', () => 1, 'the value is a function'],
    ['a symbol', { deep: [Symbol('s')] }, 'deep.0 is a symbol'],
    ['an object of a class', { in: new Map([['k', new Account()]]) }, 'in.Map is an object of the class Account'],
    ['an object of a subclass', new Crowd(), 'the value is an object of the class Crowd'],
    ['an object that inherits', Object.create({ a: 1 }), 'the value is an object of the class Object'],
    ['an accessor', { get a() { return 1; } }, 'a is an accessor'], // prettier-ignore
    ['a hidden property', Object.defineProperty({}, 'a', { value: 1 }), 'a is a hidden property'],
    ['a property with a symbol', [{ [Symbol('s')]: 1 }], '0.Symbol(s) is a property whose name is a symbol'],
    ['a property of a Date', Object.assign(new Date(0), { a: 1 }), 'a is a property of an object of the class Date'],
    ['a property of an error', Object.assign(new Error(), { a: 1 }), 'a is a property of an object of the class Error'],
    ['an object of a class as a cause', new Error('e', { cause: new Account() }), 'cause is an object of the class'],
    ['a class in a property of an array', Object.assign([1], { a: new Account() }), 'a is an object of the class'],
    ['a proxy', [new Proxy({}, {})], '0 is a proxy'],
    ['a promise', Promise.resolve(1), 'the value is an object of the class Promise'],
    ['a WeakMap', new WeakMap(), 'the value is an object of the class WeakMap'],
    ['a boxed number', Object(1), 'the value is an object of the class Number'],
    ['the arguments of a function', argumentsOf(1), 'the value is the arguments'],
    ['a namespace of functions', Math, 'is a hidden property'],
  ])('refuses %s', (_, value, words) => expect(refusal(value)).toContain(words));

  it('refuses a value that is nested too deep', () => {
    let value: unknown = 1;
    for (let i = 0; i < 1_000_000; i++) value = [value];
    expect(refusal(value)).toContain('cannot be copied');
  });

  it('refuses bytes that are no value', () => {
    const fault = (bytes: Uint8Array) =>
      expect(() => objects.decode(bytes)).toThrow(/^objects: the bytes are no value/);
    fault(new Uint8Array());
    fault(Buffer.from('hello'));
    fault(objects.encode({ a: 'a long text' }).subarray(0, 8));
  });
});
