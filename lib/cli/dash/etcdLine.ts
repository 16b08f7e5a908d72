import type { EtcdEntry } from './etcdEntry.js';
import type { KeyBranch } from './keyBranch.js';
import { MOST_CONTENDERS } from './lockLine.js';
import type { LockView } from './types.js';

/** The last name of a contender's key: the id of its lease, for the sides of a read-write lock with a word before. */
const OWN = /^(read-|write-)?([0-9a-f]{1,16})$/;

/**
 * The lock or the election whose contenders are the keys right below a prefix. Each has a lease, and the id of this
 * lease as its name, as etcdctl and clientv3's `concurrency` write them. The oldest one holds; of a read-write lock,
 * all readers before the first writer. An election is told from a lock by the values of its keys.
 */
export function etcdLine({ path, children }: KeyBranch<EtcdEntry>): LockView | undefined {
  const line: { path: string; side: string; lease: string; revision: number; bytes: number }[] = [];
  for (const { path: own, name, entry } of children.values()) {
    const [, side = '', id] = OWN.exec(name) ?? [];
    const { lease = 0n, createRevision = 0 } = entry?.facts ?? {};
    if (entry === undefined || id === undefined || lease === 0n || lease !== BigInt(`0x${id}`)) continue;
    line.push({ path: own, side, lease: id, revision: createRevision, bytes: entry.value ?? 0 });
  }
  if (line.length === 0) return undefined;
  line.sort((a, b) => a.revision - b.revision);
  const isReadWrite = line.some(({ side }) => side !== '');
  const firstWriter = line.findIndex(({ side }) => side !== 'read-');
  const holders = isReadWrite ? Math.max(1, firstWriter < 0 ? line.length : firstWriter) : 1;
  return {
    path,
    kind: isReadWrite ? 'read-write lock' : line.some(({ bytes }) => bytes > 0) ? 'election' : 'lock',
    layout: 'etcd',
    contenders: line.slice(0, MOST_CONTENDERS).map(({ path: own, side, lease, revision }, i) => ({
      path: own,
      owner: lease,
      token: `${revision}`,
      state: i < holders ? 'holds' : 'waits',
      mode: side === '' ? '' : side.slice(0, -1),
      since: undefined,
    })),
    count: line.length,
  };
}
