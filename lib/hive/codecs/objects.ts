import { types } from 'node:util';
import { DefaultDeserializer, serialize } from 'node:v8';
import { ValueError } from '../../core/codecs.js';
import type { HiveCodec } from './hiveCodec.js';

/** The classes whose objects come back as they were, with their own properties or without. */
const PLAIN: ReadonlySet<unknown> = new Set([Object, Array]);
const BARE: ReadonlySet<unknown> = new Set([
  ...[Date, Map, Set, RegExp, ArrayBuffer, Buffer, DataView, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array],
  ...[Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array],
  ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError],
]);
/** The properties of these classes that are not enumerable. */
const HIDDEN: ReadonlySet<unknown> = new Set(['lastIndex', 'message', 'stack', 'cause']);

/**
 * Any value that JavaScript can copy: objects and arrays, Dates, Maps, Sets, typed arrays, errors, regular expressions,
 * bigints, `undefined`, NaN, and cycles.
 *
 * A `ValueError` refuses all else that would not come back as it was: functions, symbols, accessors, hidden properties,
 * proxies, and objects of other classes. Five details are lost. An object without a prototype comes back as a plain
 * one, a frozen one as a free one, a regular expression with the `lastIndex` 0, a typed array without properties of its
 * own, and two views of one `ArrayBuffer` with one each. Only Node can read these bytes, and one that is much older may
 * refuse them. For other readers use `json`.
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
      const reader = new OwningDeserializer(bytes);
      reader.readHeader();
      return reader.readValue() as unknown;
    } catch (cause) {
      throw new ValueError('objects: the bytes are no value, or are those of a newer Node', { cause });
    }
  },
};

/** The method of Node's class that its types leave out. */
const Views = DefaultDeserializer as unknown as new (bytes: Uint8Array) => DefaultDeserializer & {
  _readHostObject(): NodeJS.ArrayBufferView;
};

/** Gives every view memory of its own, where Node's gives a part of the bytes that it reads. */
class OwningDeserializer extends Views {
  override _readHostObject(): NodeJS.ArrayBufferView {
    const { constructor, buffer, byteOffset, byteLength } = super._readHostObject();
    const own = buffer.slice(byteOffset, byteOffset + byteLength);
    if (constructor === Buffer) return Buffer.from(own as ArrayBuffer);
    return new (constructor as new (buffer: ArrayBufferLike) => NodeJS.ArrayBufferView)(own);
  }
}

/** Refuses a value that would be changed, or left out, on its way. */
function check(value: unknown, path: string[], seen: Set<unknown>): void {
  if (typeof value === 'function' || typeof value === 'symbol') throw refused(path, `a ${typeof value}`);
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (types.isProxy(value)) throw refused(path, 'a proxy');
  if (types.isArgumentsObject(value)) throw refused(path, 'the arguments of a function');
  const prototype = (Object.getPrototypeOf(value) ?? Object.prototype) as { readonly constructor?: unknown };
  const { constructor } = prototype;
  const isPlain = PLAIN.has(constructor);
  if ((!isPlain && !BARE.has(constructor)) || !Object.hasOwn(prototype, 'constructor'))
    throw refused(path, `an object of the class ${nameOf(constructor)}`);
  if (ArrayBuffer.isView(value)) return;
  const inside = (name: string, item: unknown) => {
    path.push(name);
    check(item, path, seen);
    path.pop();
  };
  if (value instanceof Map) for (const pair of value) pair.forEach((item) => inside('Map', item));
  if (value instanceof Set) for (const item of value) inside('Set', item);
  if (Array.isArray(value) && isDense(value)) return value.forEach((item, i) => inside(String(i), item));
  for (const key of Reflect.ownKeys(value)) {
    const refuse = (what: string) => refused([...path, String(key)], what);
    const property = Object.getOwnPropertyDescriptor(value, key)!;
    if (typeof key === 'symbol') throw refuse('a property whose name is a symbol');
    if (property.enumerable !== true) {
      if (!(isPlain ? Array.isArray(value) && key === 'length' : HIDDEN.has(key))) throw refuse('a hidden property');
      if (key === 'cause') inside(key, property.value);
      continue;
    }
    if (property.get !== undefined || property.set !== undefined) throw refuse('an accessor');
    if (!isPlain) throw refuse(`a property of an object of the class ${nameOf(constructor)}`);
    inside(key, property.value);
  }
}

/** Whether an array has items, and nothing else. */
function isDense(array: readonly unknown[]): boolean {
  const keys = Object.keys(array);
  const { length } = array;
  if (keys.length !== length || Object.getOwnPropertySymbols(array).length > 0) return false;
  return length === 0 || keys[length - 1] === String(length - 1);
}

function nameOf(constructor: unknown): string {
  return typeof constructor === 'function' ? constructor.name : '?';
}

function refused(path: readonly string[], what: string): ValueError {
  return new ValueError(`objects: ${path.length === 0 ? 'the value' : path.join('.')} is ${what}`);
}
