import type { UserStore } from '../types.js';
import type { KeyChanges } from './keyChanges.js';
import { bytesOf } from '../../host/keyOf.js';

const asBytes = (value: string | Uint8Array) => Buffer.from(value as string);

/** The store of a user function. */
export function userStore(change: KeyChanges): UserStore {
  return {
    get: (key) => change.get(asBytes(key)),
    set: (key, value) => change.put(asBytes(key), asBytes(value)),
    delete: (key) => change.put(asBytes(key), null),
    keys: (prefix = '') => change.withPrefix(asBytes(prefix)).map(bytesOf),
  };
}
