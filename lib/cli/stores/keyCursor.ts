import { type KeyPage, type KeyPages, endOf } from './keyPages.js';
import type { StoreNode } from './treeStore.js';

/** A place in a range of keys, which goes forward. It keeps the page that it has read. */
export class KeyCursor {
  readonly #pages: KeyPages;
  readonly #end: string | undefined;
  #page: KeyPage;
  #at = 0;

  /** @param known what has been read of the range */
  constructor(pages: KeyPages, prefix: string, known: KeyPage = { nodes: [], next: prefix }) {
    this.#pages = pages;
    this.#end = endOf(prefix);
    this.#page = known;
  }

  /** The next key; `undefined` at the end. */
  async peek(): Promise<string | undefined> {
    if (this.#at >= this.#page.nodes.length && this.#page.next !== undefined) {
      this.#page = await this.#pages.page(this.#page.next, this.#end);
      this.#at = 0;
    }
    return this.#page.nodes[this.#at]?.path.slice(1);
  }

  /** Takes the node of the key that {@link peek} has told. */
  take(): StoreNode {
    return this.#page.nodes[this.#at++]!;
  }

  /** Leaps past the next keys for as long as they have a prefix, and asks for no more of them. */
  leap(prefix: string): void {
    const { nodes, next } = this.#page;
    this.#at = firstFrom(nodes, this.#at, (key) => !key.startsWith(prefix));
    if (this.#at < nodes.length || next === undefined) return;
    this.#page = { nodes: [], next: endOf(prefix) };
    this.#at = 0;
  }

  /** A cursor for the keys with a prefix, all of which come later. It uses what has been read of them. */
  ahead(prefix: string): KeyCursor {
    const { nodes, next } = this.#page;
    const start = firstFrom(nodes, this.#at, (key) => !comesBefore(key, prefix));
    const stop = firstFrom(nodes, start, (key) => !key.startsWith(prefix));
    const isWhole = stop < nodes.length || next === undefined;
    const rest = isWhole ? undefined : next.startsWith(prefix) ? next : prefix;
    return new KeyCursor(this.#pages, prefix, { nodes: nodes.slice(start, stop), next: rest });
  }
}

/** Whether a key such as `a-2` comes before those with a prefix such as `a/`, and after `a`. */
export function comesBefore(key: string, prefix: string): boolean {
  const end = prefix.length - 1;
  return key.startsWith(prefix.slice(0, end)) && key.length > end && key[end]! < '/';
}

/** The place of the first node whose key fits, or the number of nodes. */
function firstFrom(nodes: readonly StoreNode[], start: number, fits: (key: string) => boolean): number {
  let at = start;
  while (at < nodes.length && !fits(nodes[at]!.path.slice(1))) at++;
  return at;
}
