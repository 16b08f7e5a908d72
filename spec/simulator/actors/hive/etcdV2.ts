import { cells } from '../../../../lib/etcd/v2/index.js';
import type { SimulatedWorld } from '../../../../lib/testing/index.js';
import { IN_TIME } from './hives.js';
import { type Home, type Kept, type Place, headsAmong } from './homes.js';

/** The cells of a place: each is a directory with one file. */
function kept({ etcd }: SimulatedWorld, place: Place): ReadonlyMap<string, Kept> {
  const start = `/hive/${place}/`;
  const all = new Map<string, Kept>();
  for (const [path, { value, modifiedIndex }] of etcd.entriesV2()) {
    if (!path.startsWith(start) || !path.endsWith('/v')) continue;
    const key = decodeURIComponent(path.slice(start.length, -2).replaceAll('~', '%'));
    all.set(key, {
      value: Buffer.from(value, 'base64'),
      version: modifiedIndex,
      identity: String(modifiedIndex),
    });
  }
  return all;
}

export const ETCD_V2: Home = {
  name: 'etcd by version 2',
  listsRemains: true,
  cells: ({ etcdV2 }, place) => cells(etcdV2.with({ timeout: IN_TIME }), `/hive/${place}`),
  stamp: (world) => (world.hasEtcd ? world.etcd.indexV2 : 0),
  kept,
  heads: (world) => headsAmong(kept(world, 'index')),
};
