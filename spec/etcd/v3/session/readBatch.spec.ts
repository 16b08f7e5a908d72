import { describe, expect, it } from '@jest/globals';
import type { Subscription } from 'rxjs';
import { type Etcd, connect } from '../../../../lib/etcd/index.js';
import { type EtcdFault, type EtcdServerOptions, etcdInMemory } from '../../../../lib/testing/index.js';
import { VirtualTime } from '../../../helpers/virtualTime.js';

const MESSAGES = { denied: 'etcdserver: permission denied', many: 'etcdserver: too many operations in txn request' };

/** A client of an embedded etcd with the keys `k0` to `k9`, and the calls that reach it. */
function stage(client: { readonly coalesce?: number } = {}, server: EtcdServerOptions = {}) {
  const time = new VirtualTime();
  const calls: string[] = [];
  let faultOf: (operation: string, key: string | undefined) => EtcdFault | undefined = () => undefined;
  const cluster = etcdInMemory({
    scheduler: time,
    entries: Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`k${i}`, String(i)])),
    faults: ({ operation, key }) => {
      calls.push(operation);
      return faultOf(operation, key);
    },
    ...server,
  });
  let etcd!: Etcd;
  const options = { transport: cluster.transport({ latency: 1 }), scheduler: time, random: () => 0.5, ...client };
  connect(cluster.endpoints.join(), options).subscribe((it) => (etcd = it));
  time.advance(10);
  const heard: string[] = [];
  const get = (key: string): Subscription =>
    etcd.get(key).subscribe({
      next: (found) => heard.push(`${key}=${found === undefined ? 'none' : Buffer.from(found.value).toString()}`),
      error: ({ code, path }: { code: string; path: string }) => heard.push(`${path} ${code}`),
    });
  return { time, calls, etcd, cluster, heard, get, fail: (it: typeof faultOf) => void (faultOf = it) };
}

describe('the gets of one turn', () => {
  it('travel in one transaction, and each has its own answer', () => {
    const { time, calls, heard, get } = stage();
    for (const key of ['k1', 'none', 'k3']) get(key);
    time.advance(10);
    expect(heard).toEqual(['k1=1', 'none=none', 'k3=3']);
    expect(calls).toEqual(['txn']);
  });

  it('travel as a plain read when there is one alone, when they are serializable, and when told so', () => {
    const { time, calls, etcd, get } = stage();
    get('k1');
    etcd.get('k2', { serializable: true }).subscribe();
    etcd.get('k3', { serializable: true }).subscribe();
    time.advance(10);
    expect(calls).toEqual(['range', 'range', 'range']);
    const apart = stage({ coalesce: 1 });
    apart.get('k1');
    apart.get('k2');
    apart.time.advance(10);
    expect(apart.calls).toEqual(['range', 'range']);
  });

  it('travel in as many transactions as there are parts of the largest size', () => {
    const { time, calls, heard, get } = stage({ coalesce: 4 });
    for (let i = 0; i < 9; i++) get(`k${i}`);
    time.advance(10);
    expect(calls).toEqual(['txn', 'txn', 'range']);
    expect(heard).toHaveLength(9);
  });

  it('go alone when the transaction is refused, so that one that may not be read harms no other', () => {
    const { time, heard, get, fail } = stage();
    fail((operation, key) =>
      operation === 'txn' || key === 'k2' ? { error: 7, message: MESSAGES.denied } : undefined
    );
    for (const key of ['k1', 'k2', 'k3']) get(key);
    time.advance(10);
    expect(heard.toSorted()).toEqual(['k1=1', 'k2 PERMISSION_DENIED', 'k3=3']);
  });

  it('go alone for good when the server takes fewer operations', () => {
    const { time, calls, heard, get } = stage({}, { maxTxnOps: 2 });
    for (const key of ['k1', 'k2', 'k3']) get(key);
    time.advance(10);
    expect(heard.toSorted()).toEqual(['k1=1', 'k2=2', 'k3=3']);
    calls.length = 0;
    get('k1');
    get('k2');
    time.advance(10);
    expect(calls).toEqual(['range', 'range']);
  });

  it('are sent again together when the connection is lost before the answer', () => {
    const { time, calls, heard, get, fail } = stage();
    fail(() => (calls.length === 1 ? 'cutAfter' : undefined));
    for (const key of ['k1', 'k2']) get(key);
    time.advance(1000);
    expect(heard).toEqual(['k1=1', 'k2=2']);
    expect(calls).toEqual(['txn', 'txn']);
  });

  it('are not asked for by those who have left, before or after they went out', () => {
    const { time, calls, heard, get } = stage();
    get('k1').unsubscribe();
    get('k2');
    const third = get('k3');
    get('k4');
    time.advance(0);
    third.unsubscribe();
    time.advance(10);
    expect(heard).toEqual(['k2=2', 'k4=4']);
    expect(calls).toEqual(['txn']);
  });

  it('each have their answer, also when the first one closes the client', () => {
    const { time, etcd, heard, get } = stage();
    etcd.get('k1').subscribe(() => void etcd.close());
    get('k2');
    time.advance(10);
    expect(heard).toEqual(['k2=2']);
  });
});
