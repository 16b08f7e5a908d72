import type { Draft } from '../../../lib/etcd/v3/protocol/message.js';
import * as methods from '../../../lib/etcd/v3/protocol/methods.js';
import type { Method } from '../../../lib/etcd/v3/protocol/methods.js';
import { bytes } from '../../helpers/etcdCalls.js';
import { etcdIsFrom } from '../../helpers/etcdUnderTest.js';
import type { Random } from '../../helpers/random.js';

/** A call, to be made at both servers. */
export interface PlannedCall {
  readonly method: Method<unknown, unknown>;
  readonly message: Draft<unknown>;
}

type Op = NonNullable<Draft<ReturnType<typeof methods.txn.request.read>>['success']>[number];
type Compare = NonNullable<Draft<ReturnType<typeof methods.txn.request.read>>['compare']>[number];

const KEYS = ['a', 'b', 'c', 'p/1', 'p/2', 'p/3', 'p/4'];
const ENDS = ['', '', '', '\0', 'b', 'c', 'p0', 'p/3'];
const LEASES = [11n, 12n, 13n];

/** Random calls about keys and leases. The same numbers make the same calls. */
export class DifferentialPlan {
  /** The revisions that reads may name: those around these two. */
  revision = 1;
  compacted = 0;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): PlannedCall {
    const kind = this.#random.next();
    if (kind < 0.3) return call(methods.put, this.#put());
    if (kind < 0.5) return call(methods.range, this.#range());
    if (kind < 0.58) return call(methods.deleteRange, this.#delete());
    if (kind < 0.83) return call(methods.txn, this.#txn(2));
    if (kind < 0.86) return call(methods.compact, { revision: this.#revisionOf(), physical: this.#flip() });
    if (kind < 0.9) return call(methods.leaseGrant, { id: this.#random.of(LEASES), ttl: 600 });
    if (kind < 0.94) return call(methods.leaseRevoke, { id: this.#random.of(LEASES) });
    if (kind < 0.97) return call(methods.leaseTimeToLive, { id: this.#random.of(LEASES), keys: this.#flip() });
    return call(methods.leaseLeases, {});
  }

  /** A watcher of keys, mostly from the past on. One that begins at the last compaction loses deletions in 3.4.23. */
  watcher(watchId: number) {
    const forgotten = this.compacted > 1 && this.#random.chance(0.15);
    const startRevision = forgotten ? this.compacted - 1 : this.#flip() ? 0 : this.#revisionOf();
    const filters = this.#random.chance(0.8) ? [] : [this.#flip() ? ('no-put' as const) : ('no-delete' as const)];
    const { key, rangeEnd } = this.#keys();
    const isEmpty = rangeEnd.length > 0 && String(rangeEnd) !== '\0' && key.compare(rangeEnd) >= 0;
    return {
      key,
      rangeEnd: isEmpty ? bytes('') : rangeEnd,
      watchId,
      startRevision: startRevision === this.compacted ? startRevision + 1 : Math.max(0, startRevision),
      filters,
      prevKv: this.#flip(),
      fragment: this.#flip(),
    };
  }

  /** @param whole whether it says value and lease: 3.4.23 crashes if not, and its transaction has deleted the key */
  #put(whole = false) {
    const [ignoreValue, ignoreLease] = whole ? [false, false] : [this.#random.chance(0.1), this.#random.chance(0.1)];
    return {
      key: this.#key(),
      value: ignoreValue && this.#random.chance(0.8) ? bytes('') : bytes(String(this.#random.below(5))),
      lease: this.#random.chance(0.3) ? this.#random.of(LEASES) : 0n,
      prevKv: this.#flip(),
      ignoreValue,
      ignoreLease,
    };
  }

  #range() {
    const sortTarget = this.#random.of(['key', 'key', 'version', 'create', 'mod', 'value'] as const);
    const bound = () => (this.#random.chance(0.2) ? this.#revisionOf() : 0);
    return {
      ...this.#keys(),
      // a cut among equals is by chance
      limit: sortTarget === 'key' && this.#flip() ? this.#random.below(4) : 0,
      revision: this.#random.chance(0.3) ? this.#revisionOf() : 0,
      sortOrder: this.#random.of(['none', 'ascend', 'descend'] as const),
      sortTarget,
      serializable: this.#flip(),
      keysOnly: this.#random.chance(0.2) && !etcdIsFrom(7), // 3.7 leaves their leases out
      countOnly: this.#random.chance(0.1),
      minModRevision: bound(),
      maxModRevision: bound(),
      minCreateRevision: bound(),
      maxCreateRevision: bound(),
    };
  }

  #delete() {
    return { ...this.#keys(), prevKv: this.#flip() };
  }

  #txn(depth: number): { compare: Compare[]; success: Op[]; failure: Op[] } {
    const some = <T>(make: () => T, most: number) => Array.from({ length: this.#random.below(most + 1) }, make);
    return {
      compare: some(() => this.#compare(), 2),
      success: some(() => this.#op(depth), 3),
      failure: some(() => this.#op(depth), 3),
    };
  }

  #op(depth: number): Op {
    const kind = this.#random.next();
    if (kind < 0.4) return { requestPut: this.#put(depth < 2) };
    if (kind < 0.65) return { requestRange: this.#range() };
    if (kind < 0.8 || depth === 0) return { requestDeleteRange: this.#delete() };
    return { requestTxn: this.#txn(depth - 1) };
  }

  #compare(): Compare {
    const result = this.#random.of(['equal', 'greater', 'less', 'not-equal'] as const);
    const keys = { ...this.#keys(), result };
    const revision = this.#revisionOf();
    switch (this.#random.of(['version', 'create', 'mod', 'value', 'lease'] as const)) {
      case 'version':
        return { ...keys, target: 'version', version: this.#random.below(3) };
      case 'create':
        return { ...keys, target: 'create', createRevision: this.#flip() ? 0 : revision };
      case 'mod':
        return { ...keys, target: 'mod', modRevision: this.#flip() ? 0 : revision };
      case 'value':
        return { ...keys, target: 'value', value: bytes(String(this.#random.below(5))) };
      case 'lease':
        return { ...keys, target: 'lease', lease: this.#flip() ? 0n : this.#random.of(LEASES) };
    }
  }

  #keys() {
    return { key: this.#key(), rangeEnd: bytes(this.#random.of(ENDS)) };
  }

  #key(): Buffer {
    return bytes(this.#random.chance(0.02) ? '' : this.#random.of(KEYS));
  }

  /** One that may have been compacted away, or may not be there yet. */
  #revisionOf(): number {
    const first = this.compacted - 3;
    return Math.max(1, first + this.#random.below(this.revision - first + 3));
  }

  #flip(): boolean {
    return this.#random.chance(0.5);
  }
}

function call<Q, R>(method: Method<Q, R>, message: Draft<Q>): PlannedCall {
  return { method, message };
}
