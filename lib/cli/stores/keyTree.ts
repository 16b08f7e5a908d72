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
  return [...names].sort();
}

/** A path that is only a part of longer keys. */
export function emptyNode(path: string): StoreNode {
  return { path, value: null, exists: false, facts: {} };
}

/**
 * The paths of keys as a tree: in order, each after those above it. Paths that are only a part of longer keys are there
 * too.
 *
 * @param top the path that all keys are at or below
 */
export function treeOrder(keys: Iterable<string>, top: string): readonly string[] {
  const paths = new Set([top]);
  for (const key of keys) {
    const path = pathOfKey(key);
    for (let end = path.indexOf('/', prefixBelow(top).length + 1); end > 0; end = path.indexOf('/', end + 1))
      paths.add(path.slice(0, end));
    paths.add(path);
  }
  const bySegments = (path: string) => path.replaceAll('/', '\0');
  return [...paths].sort((a, b) => (bySegments(a) < bySegments(b) ? -1 : 1));
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
