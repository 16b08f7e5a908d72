import { UsageError } from '../../core/errors.js';
import { storeUrl } from '../stores/storeUrl.js';

/** A store, and a path in it. */
export interface Location {
  /** The URL of the store. If it has a place, the path is below that. */
  readonly store: string;
  readonly path: string;
}

const SCHEMES = ['zk', 'etcd', 'arakoon'];

/** Whether an argument names a store, and not a path. */
export function isStore(argument: string): boolean {
  return /^[a-z0-9]+:\/\//i.test(argument);
}

/** Checks the URL of a store. */
export function storeOf(url: string | undefined): string {
  if (url === undefined || url === '')
    throw new UsageError('store', 'is missing: give a URL such as zk://127.0.0.1:2181, or set QRX_URL');
  const scheme = /^([a-z0-9]+):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined || !SCHEMES.includes(scheme))
    throw new UsageError('store', `must begin with ${SCHEMES.map((name) => `${name}://`).join(', ')}`);
  return url;
}

/** The node that a URL without a path names: `zk://host/app` is the node `/app`. */
export function locationOf(url: string): Location {
  const { servers, place } = storeUrl(url);
  return place === '' || place.endsWith('/') ? { store: url, path: '/' } : { store: servers, path: `/${place}` };
}

/** A path as it was written: with or without the first slash. */
export function pathOf(argument: string): string {
  return argument.startsWith('/') ? argument : `/${argument}`;
}
