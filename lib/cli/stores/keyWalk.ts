import { KeyCursor, comesBefore } from './keyCursor.js';
import type { KeyPages } from './keyPages.js';
import { emptyNode, keyOf, pathOfKey, prefixBelow } from './keyTree.js';
import type { StoreNode } from './treeStore.js';

/**
 * Goes through the keys at and below a path as a tree: parents before children, siblings in order. Paths that are only
 * a part of longer keys are there too. It reads page by page, and keeps few pages, however many keys there are.
 *
 * The order of keys is not that of a tree: `a-2` is between `a` and `a/1`. Where such names meet, it looks ahead.
 *
 * @param depth how many levels below the path; it leaps past all that is deeper
 */
export async function* keyWalk(pages: KeyPages, path: string, depth: number): AsyncIterable<StoreNode> {
  const isAll = path === '/';
  const own = isAll ? undefined : await pages.node(keyOf(path));
  const cursor = new KeyCursor(pages, prefixBelow(path));
  if (own === undefined && !isAll && (await cursor.peek()) === undefined) return;
  yield own ?? emptyNode(path);
  if (depth > 0) yield* nodesBelow(cursor, prefixBelow(path), depth);
}

async function* nodesBelow(cursor: KeyCursor, prefix: string, depth: number): AsyncIterable<StoreNode> {
  /** Names that have had their turn, and begin the name at hand: their keys may still come. */
  let done: readonly string[] = [];
  for (let key = await cursor.peek(); key?.startsWith(prefix) === true; key = await cursor.peek()) {
    const name = key.slice(prefix.length).split('/', 1)[0]!;
    done = done.filter((other) => name.startsWith(other));
    for (const start of beginningsOf(name)) {
      if (done.includes(start)) continue;
      done = [...done, start];
      const ahead = cursor.ahead(`${prefix}${start}/`);
      if ((await ahead.peek()) === undefined) continue;
      if (prefix + start !== '') yield emptyNode(pathOfKey(prefix + start));
      if (depth > 1) yield* nodesBelow(ahead, `${prefix}${start}/`, depth - 1);
    }
    const [own, below] = [prefix + name, `${prefix}${name}/`];
    if (done.includes(name)) {
      if (key === own)
        cursor.take(); // a store that tells a key twice
      else cursor.leap(below);
      continue;
    }
    done = [...done, name];
    if (key === own) yield cursor.take();
    else if (own !== '') yield emptyNode(pathOfKey(own)); // the path of the empty name below all is that of all
    const next = key === own ? await cursor.peek() : key;
    if (depth === 1 || next === undefined) continue;
    if (next.startsWith(below)) yield* nodesBelow(cursor, below, depth - 1);
    else if (comesBefore(next, below)) yield* nodesBelow(cursor.ahead(below), below, depth - 1);
  }
}

/** The shorter names that come before a name in a tree, and whose keys come after its own: `a` for `a-2`. */
function beginningsOf(name: string): readonly string[] {
  const found: string[] = [];
  for (let end = 0; end < name.length; end++) if (name[end]! < '/') found.push(name.slice(0, end));
  return found;
}
