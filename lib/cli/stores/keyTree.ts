import { textOrder } from './textOrder.js';
import type { SeenTree, StoreNode } from './treeStore.js';

/** The key of a path: what comes after its first slash. `'/'` is the key of nothing, and the prefix of all. */
export function keyOf(path: string): string {
  return path.slice(1);
}

/** What the keys of all nodes below a path begin with. */
export function prefixBelow(path: string): string {
  return path === '/' ? '' : `${keyOf(path)}/`;
}

/** The path of a key. */
export function pathOfKey(key: string): string {
  return `/${key}`;
}

/** The names right below a path, of keys that begin with its prefix. */
export function namesOf(keys: Iterable<string>, prefix: string): readonly string[] {
  const names = new Set<string>();
  for (const key of keys) names.add(key.slice(prefix.length).split('/', 1)[0]!);
  return [...names].sort(textOrder);
}

/** A path that is only a part of longer keys. */
export function emptyNode(path: string): StoreNode {
  return { path, value: null, exists: false, facts: {} };
}

/** A node that is there, of which nothing but its key is known. */
export function namedNode(key: string): StoreNode {
  return { path: pathOfKey(key), value: undefined, exists: true, facts: {} };
}

/** The news between two states of the keys below a path. Without `isSame`, entries that did not change are the same. */
export function newsBetween<E>(
  before: ReadonlyMap<string, E>,
  now: ReadonlyMap<string, E>,
  nodeOf: (key: string, entry: E) => StoreNode,
  isSame: (a: E, b: E) => boolean = Object.is
): readonly SeenTree[] {
  const news: SeenTree[] = [];
  for (const [key, entry] of now) {
    const last = before.get(key);
    if (last !== undefined && isSame(last, entry)) continue;
    news.push({ kind: last === undefined ? 'added' : 'changed', path: pathOfKey(key), node: nodeOf(key, entry) });
  }
  for (const key of before.keys()) if (!now.has(key)) news.push({ kind: 'removed', path: pathOfKey(key) });
  return news;
}
