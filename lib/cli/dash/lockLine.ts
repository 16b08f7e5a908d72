import type { Stat } from '../../zookeeper/index.js';
import { byCreation } from '../../zookeeper/recipes/locks/eldestFirst.js';
import { NODE_NAMINGS, contenders, wordOf } from '../../zookeeper/recipes/locks/contenders.js';
import type { ContenderView, LockView } from './types.js';

/** A znode whose children may contend. */
export interface LockNode {
  readonly path: string;
  readonly children: ReadonlyMap<string, { readonly stat: Stat }>;
}

/** The most contenders of one lock that are shown. */
export const MOST_CONTENDERS = 100;

const { curator, kazoo } = NODE_NAMINGS;
const READS: readonly string[] = [curator.read, kazoo.read];
const WRITES: readonly string[] = [curator.write];
const KAZOO: readonly string[] = [kazoo.lock, kazoo.read];

/**
 * The lock or the election whose contenders are the children of a znode: ephemeral nodes with the names that this
 * library, Curator and kazoo write. The oldest contender holds; of a read-write lock, all readers before the first
 * writer. A semaphore does not say how many may hold, so all of its leases do: those who wait are in a lock beside it.
 */
export function lockLine({ path, children }: LockNode): LockView | undefined {
  const names: string[] = [];
  for (const [name, { stat }] of children)
    if (stat.ephemeralOwner !== 0n && wordOf(name) !== undefined) names.push(name);
  if (names.length === 0) return undefined;
  const line = contenders(path, names)
    .map((contender) => ({ ...contender, word: wordOf(contender.name)!, stat: children.get(contender.name)!.stat }))
    .map((contender) => ({ ...contender, czxid: contender.stat.czxid }))
    .sort(byCreation);
  const words = new Set(line.map(({ word }) => word));
  const isReadWrite = line.some(({ word }) => READS.includes(word) || WRITES.includes(word));
  const isSemaphore = words.has(curator.lease);
  const firstWriter = line.findIndex(({ word }) => !READS.includes(word));
  const readers = firstWriter < 0 ? line.length : firstWriter;
  const holders = isSemaphore ? line.length : isReadWrite ? Math.max(1, readers) : 1;
  return {
    path,
    kind: isSemaphore ? 'semaphore' : isReadWrite ? 'read-write lock' : words.has(curator.latch) ? 'election' : 'lock',
    layout: line.some(({ word }) => KAZOO.includes(word)) ? 'kazoo' : 'Curator',
    contenders: line.slice(0, MOST_CONTENDERS).map(({ path, word, stat }, i): ContenderView => ({
      path,
      owner: `0x${BigInt.asUintN(64, stat.ephemeralOwner).toString(16)}`,
      token: `${stat.czxid}`,
      state: i < holders ? 'holds' : 'waits',
      mode: READS.includes(word) ? 'read' : isReadWrite ? 'write' : '',
      since: new Date(stat.ctime),
    })),
    count: line.length,
  };
}
