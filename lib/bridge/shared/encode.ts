import { BridgeError } from './bridgeError.js';

/**
 * Sees each part of a value before it is written, and may throw. Of an error it may return the fields to write, and of
 * bytes their base64.
 */
export type Visit = (part: unknown) => unknown;

/**
 * Writes a value as text. Beside the values of JSON, `bigint`, `Uint8Array`, `Date`, `Map`, `Set`, `undefined`, `NaN`,
 * the infinities, `-0` and errors keep their kind; functions and symbols become `undefined`, and objects of other
 * classes become plain ones.
 *
 * The text is JSON. A string that begins with `~` and a letter stands for another value, and as the first part of a
 * list it tells the kind of the list. A string of the value that begins with `~` gets a second one.
 */
export function encode(value: unknown, visit?: Visit): string {
  const pack = (value: unknown, depth: number): unknown => {
    const own = visit?.(value);
    if (depth > 200) throw new BridgeError('OVER_LIMIT', 'the value is too deep');
    const list = (parts: Iterable<unknown>, ...tag: string[]) =>
      tag.concat(Array.from(parts, (part) => pack(part, depth + 1) as string));
    switch (typeof value) {
      case 'string':
        return value[0] === '~' ? `~${value}` : value;
      case 'boolean':
        return value;
      case 'number':
        return isFinite(value) && (value || 1 / value > 0) ? value : `~f${value === 0 ? '-0' : value}`;
      case 'bigint':
        return `~i${value}`;
      case 'object':
        if (value === null) return value;
        if (value instanceof Uint8Array)
          return `~b${(own as string) ?? btoa(value.reduce((text, unit) => text + String.fromCharCode(unit), ''))}`;
        if (value instanceof Date) return `~d${+value}`;
        if (value instanceof Error) return list([own ?? { ...value }], '~e');
        if (value instanceof Map) return list(value, '~m');
        if (value instanceof Set) return list(value, '~s');
        if (Array.isArray(value)) return list(value);
        return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, pack(part, depth + 1)]));
      default:
        return '~u';
    }
  };
  return JSON.stringify(pack(value, 0));
}
