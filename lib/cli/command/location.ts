import { UsageError } from '../../core/errors.js';
import { type Profile, profileOf, usualProfile } from '../connection/profile.js';
import { storeUrl } from '../stores/storeUrl.js';
import type { Terminal } from '../terminal/terminal.js';

/** A store, and a path in it. */
export interface Location {
  /** The store. If its URL has a place, the path is below that. */
  readonly store: Profile;
  readonly path: string;
}

const SCHEMES: readonly string[] = ['zk', 'etcd', 'arakoon'];

/** Whether an argument names a store, and not a path: a URL, or a profile as `@name` or `@name/place`. */
export function isStore(argument: string): boolean {
  return /^([a-z0-9]+:\/\/|@)/i.test(argument);
}

/**
 * The store that an argument names. Without one, the usual store.
 *
 * @param schemes what its URL may begin with
 * @param path the first argument, if it names no store: it may have been meant so
 */
export function storeOf(argument: string | undefined, terminal: Terminal, schemes = SCHEMES, path = ''): Profile {
  if (argument === undefined) return usualStore(terminal, schemes, path);
  if (!argument.startsWith('@')) return checked({ url: argument }, schemes);
  const [, name = '', place = ''] = /^@([^/]*)\/?(.*)$/s.exec(argument) ?? [];
  const profile = profileOf(name, terminal);
  if (place === '') return checked(profile, schemes);
  const { servers, query, prefix } = storeUrl(profile.url);
  return checked({ ...profile, url: `${servers}/${prefix}${place}${query}` }, schemes);
}

function usualStore(terminal: Terminal, schemes: readonly string[], path: string): Profile {
  const url = terminal.env.QRX_URL ?? '';
  if (url !== '') return storeOf(url, terminal, schemes);
  const profile = usualProfile(terminal);
  if (profile !== undefined) return checked(profile, schemes);
  const servers = /^[\w.-]+:\d+/.test(path) ? path : '127.0.0.1:2181';
  throw new UsageError('store', `is missing: give a URL such as zk://${servers}, or set QRX_URL`);
}

function checked(store: Profile, schemes: readonly string[]): Profile {
  const [, scheme = '', authority = ''] = /^([a-z0-9]+):\/\/([^/?#]*)/i.exec(store.url) ?? [];
  if (!schemes.includes(scheme.toLowerCase()))
    throw new UsageError('store', `must begin with ${schemes.map((name) => `${name}://`).join(', ')}`);
  if (authority.includes('@'))
    throw new UsageError('store', 'must not have a user or a password in its URL: --user NAME, and QRX_PASSWORD');
  return store;
}

/** The node that a store without a path names: `zk://host/app` is the node `/app`. */
export function locationOf(store: Profile): Location {
  const { servers, query, place } = storeUrl(store.url);
  if (place === '' || place.endsWith('/')) return { store, path: '/' };
  return { store: { ...store, url: servers + query }, path: `/${place}` };
}

/** The node that a path names, below a directory. In ZooKeeper no path ends with a slash, so `/app/` is `/app`. */
export function locationAt(store: Profile, argument: string, directory: string): Location {
  const path = pathOf(argument, directory);
  const isZooKeeper = storeUrl(store.url).scheme === 'zk';
  return { store, path: isZooKeeper ? path.replace(/(?<=.)\/+$/, '') : path };
}

/** A path as it was written. Without the first slash it is below a directory, and may have `.` and `..` in it. */
export function pathOf(argument: string, directory = '/'): string {
  if (argument.startsWith('/')) return argument;
  const names = directory === '/' ? [] : directory.slice(1).split('/');
  for (const name of argument.split('/'))
    if (name === '..') names.pop();
    else if (name !== '.') names.push(name);
  return `/${names.join('/')}`;
}
