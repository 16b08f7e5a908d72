import { types } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { ValueError } from '../../core/codecs.js';
import type { HiveCodec } from './hiveCodec.js';

/** The classes whose objects come back as they were, with their own properties or without. */
const PLAIN: ReadonlySet<unknown> = new Set([Object, Array]);
const BARE: ReadonlySet<unknown> = new Set([
  ...[Date, Map, Set, RegExp, ArrayBuffer, Buffer, DataView, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array],
  ...[Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array],
  ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError],
]);

/**
 * Any value that JavaScript can copy: objects and arrays, Dates, Maps, Sets, typed arrays, errors, regular expressions,
 * bigints, `undefined`, NaN, and cycles.
 *
 * A `ValueError` refuses what would not come back as it was: functions, symbols, accessors, proxies, and objects of
 * other classes. An object without a prototype comes back as a plain one. Only Node can read these bytes, and one that
 * is much older may refuse them. For other readers use `json`.
 */
export const objects: HiveCodec<unknown> = {
  name: 'objects/1',
  encode(value) {
    try {
      check(value, [], new Set());
      return serialize(value);
    } catch (cause) {
      if (cause instanceof ValueError) throw cause;
      throw new ValueError(`objects: the value cannot be copied: ${(cause as Error).message}`, { cause });
    }
  },
  decode(bytes) {
    try {
      return deserialize(bytes) as unknown;
    } catch (cause) {
      throw new ValueError('objects: the bytes are no value, or are those of a newer Node', { cause });
    }
  },
};

/** Refuses what would be changed, or left out, on its way. */
function check(value: unknown, path: readonly string[], seen: Set<unknown>): void {
  if (typeof value === 'function' || typeof value === 'symbol') throw refused(path, `a ${typeof value}`);
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (types.isProxy(value)) throw refused(path, 'a proxy');
  const { constructor } = (Object.getPrototypeOf(value) ?? Object.prototype) as { readonly constructor?: unknown };
  const isPlain = PLAIN.has(constructor);
  if (!isPlain && !BARE.has(constructor)) throw refused(path, `an object of the class ${nameOf(constructor)}`);
  if (ArrayBuffer.isView(value)) return;
  if (value instanceof Map) for (const pair of value) pair.forEach((item) => check(item, [...path, 'Map'], seen));
  if (value instanceof Set) for (const item of value) check(item, [...path, 'Set'], seen);
  for (const key of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key)!;
    if (property.enumerable !== true) continue;
    const at = [...path, String(key)];
    if (typeof key === 'symbol') throw refused(at, 'a property whose name is a symbol');
    if (property.get !== undefined || property.set !== undefined) throw refused(at, 'an accessor');
    if (!isPlain) throw refused(at, `a property of an object of the class ${nameOf(constructor)}`);
    check(property.value, at, seen);
  }
}

function nameOf(constructor: unknown): string {
  return typeof constructor === 'function' ? constructor.name : '?';
}

function refused(path: readonly string[], what: string): ValueError {
  return new ValueError(`objects: ${path.length === 0 ? 'the value' : path.join('.')} is ${what}`);
}
