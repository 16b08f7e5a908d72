import { createHash } from 'node:crypto';
import { callable, having } from '../core/check.js';
import type { Cells, List, Transact } from '../core/contract.js';

/** The abilities of a store that a hive needs, and those that it uses where there are such. */
export type HiveCells<V> = Cells<V> & List & Partial<Transact<V>>;

/**
 * The cells of a hive in a store, by their place: `'index'`, and `'slices/00'` to `'slices/ff'`. Each place has cells
 * of its own.
 *
 * @example
 * ```ts
 * import { hive } from 'quorum-rx/hive';
 * import { cells } from 'quorum-rx/zookeeper';
 *
 * const documents = hive((place) => cells(zk, `/documents/${place}`));
 * ```
 */
export type HiveStore<C> = (place: string) => C;

/** The keys of the index. */
export const HEADS = 'h/';
export const UPLOADS = 'u/';
export const EXPIRIES = 'e/';
export const DELETIONS = 'd/';
export const SWEEPER = 'sweeper';

const CELLS = ['get', 'create', 'set', 'delete', 'list'];
/** The places of slices: 256, because a store may read all keys of a place at once. */
const SHARDS = Array.from({ length: 256 }, (_, number) => number.toString(16).padStart(2, '0'));

/** The cells of a hive, and the keys in them. */
export class HivePlaces<V> {
  /** Heads of entries and records of uploads. */
  readonly index: HiveCells<V>;
  readonly #store: HiveStore<HiveCells<V>>;
  readonly #shards = new Map<string, HiveCells<V>>();

  /** Throws a `UsageError` that names `store`. */
  constructor(store: HiveStore<HiveCells<V>>) {
    this.#store = callable('store', store);
    this.index = having('store', store('index'), 'a function that gives the cells of a place', CELLS);
  }

  /** The place of the slices of an upload. */
  slices(id: string): HiveCells<V> {
    return this.#shard(shardOf(id));
  }

  /** All places of slices. */
  shards(): readonly HiveCells<V>[] {
    return SHARDS.map((name) => this.#shard(name));
  }

  #shard(shard: string): HiveCells<V> {
    let cells = this.#shards.get(shard);
    if (cells === undefined) this.#shards.set(shard, (cells = this.#store(`slices/${shard}`)));
    return cells;
  }
}

/** Two hexadecimal digits. */
function shardOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 2);
}

export function headKey(alias: string): string {
  return `${HEADS}${alias}`;
}

export function uploadKey(id: string): string {
  return `${UPLOADS}${id}`;
}

/** The key that says that an entry runs out, for those who sweep. */
export function expiryKey(alias: string): string {
  return `${EXPIRIES}${alias}`;
}

/** The key of the count of deletions that an alias belongs to. */
export function deletionsKey(alias: string): string {
  return `${DELETIONS}${shardOf(alias)}`;
}

/** What the keys of all slices of an upload begin with. */
export function slicePrefix(id: string): string {
  return `${id}.`;
}

export function sliceKey(id: string, number: number): string {
  return `${slicePrefix(id)}${number.toString().padStart(6, '0')}`;
}

/** The upload and the number of a slice; `undefined` where the key is not that of one. */
export function sliceOf(key: string): { readonly id: string; readonly number: number } | undefined {
  const [, id, number] = /^([^.]+)\.(\d{6,})$/.exec(key) ?? [];
  return id === undefined ? undefined : { id, number: Number(number) };
}
