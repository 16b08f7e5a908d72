import { prefixEnd } from '../../../core/prefixEnd.js';
import type { Header, KeyValue } from '../../../etcd/v3/protocol/kv.js';
import type { Draft } from '../../../etcd/v3/protocol/message.js';
import type { Ground } from '../call/served.js';
import { NO_BYTES, type KeyRange } from '../store/keySpace.js';
import { Watcher } from '../watch/watcher.js';
import { ownGrant, ownTxn } from './ownCalls.js';

/** The time to live, in seconds, of a lease that is granted to a client without one. Nobody keeps it alive. */
const TTL = 60;

/** A place in the line of a lock or of an election: a key that ends with its lease. */
export interface Place {
  readonly key: Uint8Array;
  readonly lease: bigint;
  /** The revision that has created the key: lower ones come first. */
  readonly revision: number;
  /** The value that the key had before, if it was there. */
  readonly value: Uint8Array | undefined;
  /** The head of the answer that gave this place. */
  readonly header: Draft<Header>;
}

/** The lease of a client; a new one for a client that has none. */
export function sessionLease(ground: Ground, lease: bigint): bigint {
  return lease === 0n ? ownGrant(ground, { ttl: TTL }).id! : lease;
}

/** The keys of a line. */
export function lineOf(name: Uint8Array): KeyRange {
  const key = Buffer.concat([name, Buffer.from('/')]);
  return { key, rangeEnd: prefixEnd(key)! };
}

/** Takes a place at the end of a line, or finds the one that the lease has there. */
export function takePlace(ground: Ground, name: Uint8Array, lease: bigint, value: Uint8Array): Place {
  const key = Buffer.concat([lineOf(name).key, Buffer.from(BigInt.asIntN(64, lease).toString(16))]);
  const { header, succeeded, responses } = ownTxn(ground, {
    compare: [{ key, target: 'create', createRevision: 0 }],
    success: [{ requestPut: { key, value, lease } }, { requestRange: lineOf(name) }],
    failure: [{ requestRange: { key } }, { requestRange: lineOf(name) }],
  });
  const found = succeeded === true ? undefined : (responses![0]!.responseRange!.kvs![0] as KeyValue);
  return { key, lease, revision: found?.createRevision ?? header!.revision!, value: found?.value, header: header! };
}

/** Gives a place back, as soon as the member can. */
function leavePlace({ core, member }: Ground, { key, revision }: Place): void {
  const range = { key, rangeEnd: NO_BYTES };
  member.waits.until(
    {},
    () => member.inQuorum,
    () =>
      core.change((writing) => {
        if (writing.get(key)?.createRevision === revision) writing.delete(range);
      })
  );
}

/** The keys of a line that a member knows, in the order in which they were created. */
export function standing({ core, member }: Ground, line: KeyRange): readonly KeyValue[] {
  const keys = core.store.range(line, Math.max(member.hub.revision, core.store.compacted));
  return keys.sort((a, b) => a.createRevision - b.createRevision);
}

/** Calls `done` once a place is the first of its line. Returns a function that ends the wait, and leaves the line. */
export function untilFirst(ground: Ground, line: KeyRange, place: Place, done: () => void): () => void {
  const { hub } = ground.member;
  const isFirst = () => (standing(ground, line)[0]?.createRevision ?? place.revision) >= place.revision;
  let watcher: Watcher;
  const stop = () => hub.delete(watcher);
  const watch = () => {
    watcher = new Watcher(0, line, hub.revision + 1, [], { events: review, compacted: review });
    hub.add(watcher);
  };
  const review = () => {
    stop();
    if (isFirst()) done();
    else watch();
  };
  watch();
  review();
  return () => {
    stop();
    leavePlace(ground, place);
  };
}
