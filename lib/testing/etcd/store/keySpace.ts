import type { KeyValue } from '../../../etcd/v3/protocol/kv.js';
import { bytesOf, keyOf } from '../../host/keyOf.js';

/** One state of a key, or its deletion. */
export interface KeyVersion {
  readonly modRevision: number;
  /** `undefined`: the key was deleted. */
  readonly kv: KeyValue | undefined;
}

/** The keys from `key` up to `rangeEnd`: one key without `rangeEnd`, all from `key` on if it is a zero byte. */
export interface KeyRange {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
}

/** An empty value, or no end of a range. */
export const NO_BYTES = new Uint8Array(0);
/** The range of all keys. */
export const ALL_KEYS: KeyRange = { key: new Uint8Array(1), rangeEnd: new Uint8Array(1) };

/** Bytes that a stored version takes beside its key and its value. */
const OVERHEAD = 64;

/** The range of one key, which is given as text. */
export function onlyKey(key: string): KeyRange {
  return { key: bytesOf(key), rangeEnd: NO_BYTES };
}

/** The first and the last bound of a range as text; an `end` of `undefined` is none. */
export function boundsOf({ key, rangeEnd }: KeyRange): readonly [start: string, end: string | undefined] {
  const start = keyOf(key);
  if (rangeEnd.length === 0) return [start, `${start}\0`];
  return rangeEnd.length === 1 && rangeEnd[0] === 0 ? [start, undefined] : [start, keyOf(rangeEnd)];
}

/** Every key since the last compaction, in order, with its history. */
export class KeySpace {
  readonly #histories = new Map<string, KeyVersion[]>();
  readonly #sorted: string[] = [];
  #bytes = 0;

  /** Bytes of all states that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a state of a key, which is newer than all others of this key. */
  add(key: string, version: KeyVersion): void {
    this.#bytes += sizeOf(key, version);
    const history = this.#histories.get(key);
    if (history !== undefined) {
      history.push(version);
      return;
    }
    this.#histories.set(key, [version]);
    this.#sorted.splice(this.#indexOf(key), 0, key);
  }

  /** The key as it was at a revision. */
  at(key: string, revision: number): KeyValue | undefined {
    const history = this.#histories.get(key);
    return history?.[lastAt(history, revision)]?.kv;
  }

  /** The keys of a range that were there at a revision, in order. */
  range(range: KeyRange, revision: number): KeyValue[] {
    const [start, end] = boundsOf(range);
    const found: KeyValue[] = [];
    for (let i = this.#indexOf(start); i < this.#sorted.length; i++) {
      const key = this.#sorted[i]!;
      if (end !== undefined && key >= end) break;
      const kv = this.at(key, revision);
      if (kv !== undefined) found.push(kv);
    }
    return found;
  }

  /** Forgets all states that were over at this revision. */
  compact(revision: number): void {
    let kept = 0;
    for (const key of this.#sorted) {
      const history = this.#histories.get(key)!;
      const last = lastAt(history, revision);
      const forgotten = history.splice(0, last >= 0 && history[last]!.kv === undefined ? last + 1 : Math.max(0, last));
      for (const version of forgotten) this.#bytes -= sizeOf(key, version);
      if (history.length > 0) this.#sorted[kept++] = key;
      else this.#histories.delete(key);
    }
    this.#sorted.length = kept;
  }

  /** The place of a key in the order, also if it is not there. */
  #indexOf(key: string): number {
    return firstWhere(this.#sorted.length, (i) => this.#sorted[i]! >= key);
  }
}

/** The place of the last version up to a revision; -1 if there is none. */
function lastAt(history: readonly KeyVersion[], revision: number): number {
  return firstWhere(history.length, (i) => history[i]!.modRevision > revision) - 1;
}

/** The first of `count` numbers for which `holds` is true, by bisection; `count` if there is none. */
function firstWhere(count: number, holds: (i: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function sizeOf(key: string, { kv }: KeyVersion): number {
  return OVERHEAD + key.length + (kv?.value.length ?? 0);
}
