import { NameMap } from '../../core/nameMap.js';
import { namesOf, pathBelow } from './namesOf.js';

/** A key without its value, or a part of longer keys: then it has no entry. */
export interface KeyBranch<E> {
  readonly path: string;
  readonly name: string;
  readonly entry: E | undefined;
  readonly children: NameMap<KeyBranch<E>>;
}

/** The tree of no keys. */
export function noKeys<E>(): KeyBranch<E> {
  return { path: '/', name: '', entry: undefined, children: NameMap.empty() };
}

/** The tree with another entry at a path, or without it. The branches on the way are copied, and nothing else. */
export function withKey<E>(root: KeyBranch<E>, path: string, entry: E | undefined): KeyBranch<E> {
  const names = namesOf(path);
  const planted = (branch: KeyBranch<E>, depth: number): KeyBranch<E> => {
    const name = names[depth];
    if (name === undefined) return { ...branch, entry };
    const known = branch.children.get(name);
    if (known === undefined && entry === undefined) return branch;
    const fresh = {
      path: pathBelow(branch.path, name),
      name,
      entry: undefined,
      children: NameMap.empty<KeyBranch<E>>(),
    };
    const child = planted(known ?? fresh, depth + 1);
    const isEmpty = child.entry === undefined && child.children.size === 0;
    return { ...branch, children: isEmpty ? branch.children.without(name) : branch.children.with(child) };
  };
  return planted(root, 0);
}

/** The tree of the keys of `now`, made of that of `before` by the entries that are not the same. */
export function treeOfKeys<E>(
  tree: KeyBranch<E>,
  before: ReadonlyMap<string, E>,
  now: ReadonlyMap<string, E>,
  isSame: (a: E, b: E) => boolean
): KeyBranch<E> {
  let next = tree;
  for (const [key, entry] of now) {
    const last = before.get(key);
    if (last === undefined || !isSame(last, entry)) next = withKey(next, `/${key}`, entry);
  }
  for (const key of before.keys()) if (!now.has(key)) next = withKey(next, `/${key}`, undefined);
  return next;
}
