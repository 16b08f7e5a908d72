import { describe, expect, it } from '@jest/globals';
import { BehaviorSubject, NEVER, Subject, firstValueFrom } from 'rxjs';
import { announce } from '../../../lib/etcd/recipes/announce.js';
import { type SessionStanding, session } from '../../../lib/etcd/recipes/session.js';
import type { Etcd } from '../../../lib/etcd/v3/client/etcd.js';
import { bytesOf, etcdStage, mistakeOf, heardOf, textOf } from '../../helpers/etcdStage.js';
import { waitFor } from '../../helpers/waitFor.js';
import { withRealEtcd } from '../../helpers/withRealEtcd.js';

const show = (now: SessionStanding) =>
  `${now.kind}${now.epoch}${now.kind === 'held' ? `:${[...now.made].sort().join('+')}` : ''}`;
/** Without the keep-alives. */
const steps = (heard: readonly string[]) => heard.filter((it, i) => it !== heard[i - 1]);

describe('a session with a real etcd', () => {
  let etcd: Etcd;
  withRealEtcd({}, (client) => {
    etcd = client;
  });

  it('has its keys while it is subscribed to, and tells the loss of a lease before the next one', async () => {
    const heard: SessionStanding[] = [];
    const holding = session(etcd, { ttl: 2000, keys: { 's/a': bytesOf('1'), 's/b': bytesOf('2') } }).subscribe((it) =>
      heard.push(it)
    );
    await waitFor(() => heard.some((it) => it.kind === 'held' && it.made.size === 2));
    const [{ id }] = heard as [SessionStanding];
    expect(await firstValueFrom(etcd.get('s/a'))).toMatchObject({ value: bytesOf('1'), lease: id });
    await firstValueFrom(etcd.leases.revoke(id));
    await waitFor(() => heard.some((it) => it.epoch === 2 && it.kind === 'held' && it.made.size === 2));
    const told = steps(heard.map(show));
    const lost = told.indexOf('lost1');
    expect(told.slice(lost - 1, lost + 2)).toEqual(['held1:s/a+s/b', 'lost1', 'held2:']);
    expect((await firstValueFrom(etcd.get('s/b')))?.lease).toBe(heard.at(-1)!.id);
    expect(heard.at(-1)!.id).not.toBe(id);
    holding.unsubscribe();
    await waitFor(async () => (await firstValueFrom(etcd.count({ prefix: 's/' }))) === 0);
  });
});

describe('a session', () => {
  const keys = { k: bytesOf('v') };

  it('is suspect when no member answers, and held again if the lease has lived on', () => {
    const { time, client, cluster } = etcdStage();
    const { etcd } = client();
    const heard = heardOf<SessionStanding>((it) => session(etcd, { ttl: 3000, keys }).subscribe(it), show);
    time.advance(100);
    cluster.pause();
    time.advance(3000);
    expect(steps(heard)).toEqual(['held1:', 'held1:k', 'suspect1']);
    cluster.resume();
    time.advance(20_000);
    expect(steps(heard).slice(3)).toEqual(['held1:k']);
    expect([...cluster.leases.values()]).toEqual([['k']]);
  });

  it.each(['cut', 'cutAfter'] as const)('is held when the line is lost over its grant and its keys: %s', (fault) => {
    const { time, client, cluster, fail } = etcdStage();
    const met = new Set<string>();
    fail(({ operation }) => {
      const isFirst = !met.has(operation);
      met.add(operation);
      return isFirst && ['leaseGrant', 'txn'].includes(operation) ? fault : undefined;
    });
    const { etcd } = client();
    const heard = heardOf<SessionStanding>((it) => session(etcd, { keys }).subscribe(it), show);
    time.advance(8000);
    expect(steps(heard)).toEqual(['held1:', 'held1:k']);
    expect([...cluster.leases.values()]).toEqual([['k']]);
  });

  it('waits for a key that another has, makes its key again when it was deleted, and writes its newest value', () => {
    const { time, client, cluster } = etcdStage({ entries: { k: 'theirs' } });
    const { etcd } = client();
    const value$ = new BehaviorSubject(bytesOf('1'));
    const heard = heardOf<SessionStanding>((it) => session(etcd, { keys: { k: value$ } }).subscribe(it), show);
    time.advance(100);
    expect(steps(heard)).toEqual(['held1:']);
    etcd.delete('k').subscribe();
    time.advance(100);
    expect([steps(heard).at(-1), textOf(cluster.entries().get('k'))]).toEqual(['held1:k', '1']);
    value$.next(bytesOf('2'));
    time.advance(100);
    expect(textOf(cluster.entries().get('k'))).toBe('2');
    etcd.delete('k').subscribe();
    time.advance(100);
    expect(textOf(cluster.entries().get('k'))).toBe('2');
    cluster.expireLease([...cluster.leases.keys()][0]!);
    value$.next(bytesOf('3'));
    time.advance(10_000);
    expect(textOf(cluster.entries().get('k'))).toBe('3');
    expect(steps(heard).slice(-3)).toEqual(['lost1', 'held2:', 'held2:k']);
  });

  it('leaves nothing behind when the subscriber leaves inside next, or before the grant is answered', () => {
    const { time, client, cluster } = etcdStage();
    const { etcd } = client();
    const inside = session(etcd, { keys }).subscribe((now) => {
      if (now.kind === 'held' && now.made.size === 1) inside.unsubscribe();
    });
    time.advance(100);
    const early = session(etcd, { keys }).subscribe();
    time.advance(1);
    early.unsubscribe();
    time.advance(100);
    expect([cluster.entries().size, cluster.leases.size]).toEqual([0, 0]);
  });

  it('errors with the value of a key, and completes when the client is closed, also if values come no more', () => {
    const { time, client, cluster } = etcdStage();
    const { etcd, leave } = client();
    const value$ = new Subject<Uint8Array>();
    const heard = heardOf<SessionStanding>((it) => session(etcd, { keys: { k: value$ } }).subscribe(it), show);
    time.advance(10);
    value$.error({ code: 'BROKEN', effect: 'none' });
    time.advance(100);
    expect([heard.at(-1), cluster.leases.size]).toEqual(['BROKEN none', 0]);
    const other = heardOf<SessionStanding>((it) => session(etcd, { keys: { k: NEVER } }).subscribe(it), show);
    time.advance(10);
    leave();
    time.advance(10);
    expect(other.at(-1)).toBe('completed');
  });

  it('names a bad argument', async () => {
    const { etcd } = etcdStage().client();
    const fault = (options: object) => mistakeOf(session(etcd, options));
    expect(await fault({ ttl: 0 })).toBe('options.ttl');
    expect(await fault({ keys: { k: 'text' } })).toBe('options.keys.k');
    expect(await fault({ keys: { '': bytesOf('') } })).toBe('options.keys');
    expect(await fault({ lease: 1n })).toBe('options.lease');
  });
});

describe('announce', () => {
  it('goes on with the next lease when one was lost', () => {
    const { time, client, cluster } = etcdStage();
    const { etcd } = client();
    const heard = heardOf((it) => announce(etcd, 'k', bytesOf('v'), { ttl: 3000 }).subscribe(it));
    time.advance(100);
    cluster.expireLease([...cluster.leases.keys()][0]!);
    time.advance(5000);
    expect(heard).toHaveLength(2);
    expect([...cluster.leases.values()]).toEqual([['k']]);
  });
});
