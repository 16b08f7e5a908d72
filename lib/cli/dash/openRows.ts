import type { NameMap } from '../../core/nameMap.js';
import { namesOf, parentOf } from './namesOf.js';
import type { PlaceInput } from './dashboardBridge.js';

/** A node of a tree that never changes: a change makes new objects of it and of those above it, and of no other. */
export interface Branch {
  readonly path: string;
  readonly name: string;
  /** In the order of their names. */
  readonly children: ReadonlyMap<string, Branch>;
}

/** A row: a node that is shown. */
export interface OpenRow<B> {
  readonly branch: B;
  readonly level: number;
  /** From 1 on. */
  readonly place: number;
  readonly siblings: number;
  readonly isOpen: boolean;
}

/** A node that is open, and those right below it that are open too. */
interface Open<B extends Branch> {
  readonly branch: B;
  readonly children: NameMap<B>;
  readonly below: readonly { readonly index: number; readonly open: Open<B> }[];
  /** How many rows there are below it. */
  readonly rows: number;
}

/** The rows of a tree of which some nodes are open. A page of them costs no more for a tree of 100,000 nodes. */
export class OpenRows<B extends Branch> {
  readonly #root: B;
  readonly #open: Open<B> | undefined;

  /** @param paths the nodes that are open; those that are gone, or below a closed node, count for nothing */
  constructor(root: B, paths: readonly string[]) {
    this.#root = root;
    this.#open = openAt(root, new Set(paths));
  }

  get total(): number {
    return 1 + (this.#open?.rows ?? 0);
  }

  /** So many rows at most, from the one with this index on. */
  page(from: number, count: number): readonly OpenRow<B>[] {
    const rows: OpenRow<B>[] = [];
    if (from === 0)
      rows.push({ branch: this.#root, level: 1, place: 1, siblings: 1, isOpen: this.#open !== undefined });
    if (this.#open !== undefined) take(this.#open, Math.max(0, from - 1), count, 2, rows);
    return rows;
  }

  /**
   * The index of a row; `undefined` if there is none. With `typed`, that of the next sibling whose name begins so.
   * After the last one comes the first.
   */
  indexOf({ path, typed }: Pick<PlaceInput, 'path' | 'typed'>): number | undefined {
    const names = namesOf(path);
    let [index, open] = [0, this.#open];
    for (const [depth, name] of names.entries()) {
      if (open === undefined) return undefined;
      const isLast = depth === names.length - 1;
      const wanted = isLast && typed !== undefined ? nextTyped(open.children, name, typed) : name;
      if (wanted === undefined || !open.children.has(wanted)) return undefined;
      const at = open.children.countBefore(wanted);
      index += 1 + at;
      for (const it of open.below) if (it.index < at) index += it.open.rows;
      open = open.below.find((it) => it.index === at)?.open;
    }
    return index;
  }
}

function openAt<B extends Branch>(branch: B, paths: ReadonlySet<string>): Open<B> | undefined {
  if (!paths.has(branch.path) || branch.children.size === 0) return undefined;
  const byParent = new Map<string, string[]>();
  for (const path of paths) {
    if (path === '/') continue;
    const { parent, name } = parentOf(path);
    const names = byParent.get(parent);
    if (names === undefined) byParent.set(parent, [name]);
    else names.push(name);
  }
  const build = (branch: B): Open<B> => {
    const children = branch.children as unknown as NameMap<B>;
    const below = (byParent.get(branch.path) ?? [])
      .map((name) => children.get(name))
      .filter((child): child is B => child !== undefined && child.children.size > 0)
      .map((child) => ({ index: children.countBefore(child.name), open: build(child) }))
      .sort((a, b) => a.index - b.index);
    return { branch, children, below, rows: below.reduce((sum, { open }) => sum + open.rows, children.size) };
  };
  return build(branch);
}

/** Adds the rows below an open node to `rows`, from the one with this index on, until there are `count`. */
function take<B extends Branch>(
  { children, below }: Open<B>,
  from: number,
  count: number,
  level: number,
  rows: OpenRow<B>[]
): void {
  let skip = from;
  let next = 0; // the index of the child whose row is next
  const siblings = children.size;
  const plain = (until: number, opened: boolean) => {
    const rest = until - next;
    const skipped = Math.min(skip, rest);
    const room = Math.min(rest - skipped, count - rows.length);
    for (const [i, branch] of children.page(next + skipped, Math.max(0, room)).entries()) {
      const place = next + skipped + i + 1;
      rows.push({ branch, level, place, siblings, isOpen: opened && place === until });
    }
    skip -= skipped;
    next = until;
  };
  for (const { index, open } of below) {
    if (rows.length >= count) return;
    plain(index + 1, true);
    if (skip < open.rows) take(open, skip, count, level + 1, rows);
    skip = Math.max(0, skip - open.rows);
  }
  if (rows.length < count) plain(siblings, false);
}

/** The name that comes next behind `name` and begins with `typed`, whatever the case of its letters. */
function nextTyped(children: ReadonlyMap<string, Branch>, name: string, typed: string): string | undefined {
  const wanted = typed.toLowerCase();
  let first: string | undefined;
  for (const each of children.keys()) {
    if (!each.toLowerCase().startsWith(wanted)) continue;
    if (each > name) return each;
    first ??= each;
  }
  return first;
}
