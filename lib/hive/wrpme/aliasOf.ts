import { show } from '../../core/check.js';
import { InvalidInput } from './wrpmeException.js';

/** A key of a `Client`: text, or a value that JSON can write. */
export type WrpmeKey = string | number | boolean | null | readonly WrpmeKey[] | { readonly [name: string]: WrpmeKey };

/**
 * The alias of a key. A string is its own alias. Any other key becomes JSON, with the names of objects in order. Thus
 * equal keys have one alias; the number 1 and the text `'1'` have one, too. Throws an `InvalidInput`.
 */
export function aliasOf(key: WrpmeKey): string {
  return typeof key === 'string' ? key : canonical(key, []);
}

function canonical(key: WrpmeKey, above: readonly unknown[]): string {
  if (typeof key === 'string' || typeof key === 'boolean' || key === null) return JSON.stringify(key);
  if (typeof key === 'number' && Number.isFinite(key)) return JSON.stringify(key);
  if (typeof key !== 'object') throw new InvalidInput(`key: JSON has no word for ${show(key)}`);
  if (above.includes(key)) throw new InvalidInput('key: contains itself');
  const inside = [...above, key];
  if (Array.isArray(key)) return `[${(key as readonly WrpmeKey[]).map((item) => canonical(item, inside)).join()}]`;
  const prototype = Object.getPrototypeOf(key) as unknown;
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw new InvalidInput('key: an object in it has a class of its own');
  const fields = Object.entries(key as { readonly [name: string]: WrpmeKey }).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item, inside)}`).join()}}`;
}
