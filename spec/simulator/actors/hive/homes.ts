import { cells as arakoonCells } from '../../../../lib/arakoon/index.js';
import type { PrefixWatching, Watching } from '../../../../lib/core/contract.js';
import { cells as etcdCells } from '../../../../lib/etcd/index.js';
import type { HiveCells } from '../../../../lib/hive/index.js';
import { cells as zooKeeperCells } from '../../../../lib/index.js';
import type { EmbeddedNode, Fact, SimulatedWorld, Stage } from '../../../../lib/testing/index.js';
import { nameOf } from '../../../../lib/zookeeper/path.js';

/** Versions of every store. */
export type Version = number | string;
export type HomeCells = HiveCells<Version> & Partial<Watching<Version> & PrefixWatching<Version>>;
/** The two places of a hive: the index, and one for all slices. */
export type Place = 'index' | 'slices';

/** A cell, as the store itself has it. */
export interface Kept {
  readonly value: Uint8Array;
  readonly version: Version;
  /** Another one with each write. */
  readonly identity: string;
}

/** A store in which a hive is. */
export interface Home {
  readonly name: string;
  /** The cells of a place, by the client of a process. */
  cells(stage: Stage, place: Place): HomeCells;
  /** Whether a list may have a key whose deletion has broken off. */
  readonly listsRemains?: boolean;
  /** Rises with each change of the store. */
  stamp(world: SimulatedWorld): number;
  /** The cells of a place by their keys, as the store itself has them. */
  kept(world: SimulatedWorld, place: Place): ReadonlyMap<string, Kept>;
  /** The heads of the entries that there are, by their aliases. */
  heads(world: SimulatedWorld): ReadonlyMap<string, Kept>;
}

/** The aliases of all entries. */
export const ALIASES = ['a', 'docs/b', 'docs/ü'];
const HEADS = ALIASES.map((alias) => [alias, `h/${alias}`] as const);
const HEAD_NODES = HEADS.map(([alias, key]) => [alias, `/hive/index/${encodeURIComponent(key)}`] as const);

/** The heads among the cells of an index. */
export function headsAmong(index: ReadonlyMap<string, Kept>): ReadonlyMap<string, Kept> {
  return new Map(HEADS.flatMap(([alias, key]) => (index.has(key) ? [[alias, index.get(key)!]] : [])));
}

function keptOf({ data, stat }: EmbeddedNode): Kept {
  return { value: data ?? new Uint8Array(0), version: stat.version, identity: `${stat.mzxid}` };
}

export const ZOOKEEPER: Home = {
  name: 'ZooKeeper',
  cells: ({ zk }, place) => zooKeeperCells(zk, `/hive/${place}`),
  stamp: ({ server }) => Number(server.zxid),
  kept: ({ server }, place) => {
    const nodes = [...server.tree(`/hive/${place}`)].slice(1); // the first is the place itself
    return new Map(nodes.map(([path, node]) => [decodeURIComponent(nameOf(path)), keptOf(node)]));
  },
  heads: ({ server }) => {
    const nodes = HEAD_NODES.map(([alias, path]) => [alias, server.tree(path).get(path)] as const);
    return new Map(nodes.flatMap(([alias, node]) => (node === undefined ? [] : [[alias, keptOf(node)]])));
  },
};

export const ARAKOON: Home = {
  name: 'Arakoon',
  cells: ({ arakoon }, place) => arakoonCells(arakoon, `hive/${place}/`),
  stamp: (world) => (world.hasCluster ? Number(world.cluster.txid) : 0),
  kept: ({ cluster }, place) => {
    const start = `hive/${place}/d`;
    const entries = [...cluster.entries()].filter(([key]) => key.startsWith(start));
    return new Map(
      entries.map(([key, bytes]) => {
        const version = Buffer.from(bytes.subarray(0, 16)).toString('hex');
        return [key.slice(start.length), { value: bytes.subarray(16), version, identity: version }];
      })
    );
  },
  heads: (world) => headsAmong(ARAKOON.kept(world, 'index')),
};

/** The newest revision of each key of etcd. */
class Revisions {
  readonly #of = new Map<string, number>();
  #upTo = 0;

  of({ etcd }: SimulatedWorld): ReadonlyMap<string, number> {
    for (const { revision, changes } of etcd.history(this.#upTo + 1)) {
      this.#upTo = revision;
      for (const { key } of changes) this.#of.set(key, revision);
    }
    return this.#of;
  }
}

const revisions: Fact<Revisions> = { initial: () => new Revisions() };

export const ETCD: Home = {
  name: 'etcd',
  cells: ({ etcd }, place) => etcdCells(etcd, `hive/${place}/`),
  stamp: (world) => (world.hasEtcd ? world.etcd.revision : 0),
  kept: (world, place) => {
    const start = `hive/${place}/`;
    const newest = world.get(revisions).of(world);
    const entries = [...world.etcd.entries()].filter(([key]) => key.startsWith(start));
    return new Map(
      entries.map(([key, value]) => {
        const version = newest.get(key)!;
        return [key.slice(start.length), { value, version, identity: String(version) }];
      })
    );
  },
  heads: (world) => headsAmong(ETCD.kept(world, 'index')),
};
