import type { Observable } from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import { answerOf } from './answerOf.js';
import type { StoreNode } from './treeStore.js';

/** Keys of the first page without values. */
const USUAL = 1000;
/** Keys of the largest page. Pages grow up to that: etcd counts all keys that follow, for every page. */
const MOST = 16_000;
/** Keys of the first page with values: nobody knows yet how large they are. */
const FIRST = 16;
/** Bytes of keys and values that a page should have. */
const USUAL_BYTES = 1024 * 1024;
const LAST_CHARACTER = 0x10ffff;

/**
 * Reads the first keys of a range as nodes, in the order of their bytes: from `from` on and before `to`, which
 * `undefined` leaves open.
 */
export type ReadKeys = (from: string, to: string | undefined, max: number) => Observable<readonly StoreNode[]>;

/** A part of a range: its first keys, and the beginning of the next page. `undefined`: there is none. */
export interface KeyPage {
  readonly nodes: readonly StoreNode[];
  readonly next: string | undefined;
}

/** Reads ranges of keys page by page. A page has as many keys as the size of the values allows. */
export class KeyPages {
  readonly #read: ReadKeys;
  #size: number;

  constructor(read: ReadKeys, withValues: boolean) {
    this.#read = read;
    this.#size = withValues ? FIRST : USUAL;
  }

  /** The node of one key. */
  async node(key: string): Promise<StoreNode | undefined> {
    return (await answerOf(this.#read(key, keyAfter(key), 1)))[0];
  }

  /** The first page of a range. */
  async page(from: string, to: string | undefined): Promise<KeyPage> {
    const size = this.#size;
    const nodes = await answerOf(this.#read(from, to, size)).catch((error: unknown) => {
      if (size === 1 || !isCoordinationError(error, 'REPLY_TOO_LARGE')) throw error;
      this.#size = Math.ceil(size / 16);
      return undefined;
    });
    if (nodes === undefined) return this.page(from, to);
    if (nodes.length < size) return { nodes, next: undefined };
    const bytes = nodes.reduce((sum, { path, value }) => sum + path.length + (value?.length ?? 0), 0);
    this.#size = Math.max(1, Math.min(MOST, 4 * size, Math.floor((USUAL_BYTES * size) / bytes)));
    return { nodes, next: keyAfter(nodes.at(-1)!.path.slice(1)) };
  }
}

/** The key that follows next, in the order of bytes. */
function keyAfter(key: string): string {
  return `${key}\0`;
}

/** The first text after all that begin with this one, in the order of bytes. `undefined`: all that follow begin so. */
export function endOf(prefix: string): string | undefined {
  const characters = [...prefix];
  for (let last = characters.pop(); last !== undefined; last = characters.pop()) {
    const code = last.codePointAt(0)!;
    if (code < LAST_CHARACTER) return characters.join('') + String.fromCodePoint(code === 0xd7ff ? 0xe000 : code + 1);
  }
  return undefined;
}
