import { describe, expect, it } from '@jest/globals';
import { NEVER, Observable, from, merge, of } from 'rxjs';
import { json } from '../../lib/core/codecs.js';
import {
  type Etcd,
  counter,
  elect,
  lock,
  session,
  watchPresence,
  whileHeld,
  whileLeader,
} from '../../lib/etcd/index.js';
import { deepEqual, live, markStale, toExternalStore } from '../../lib/store/index.js';
import { bytesOf, etcdStage } from '../helpers/etcdStage.js';

interface Theme {
  readonly colour: string;
}

const themes = (etcd: Etcd) => etcd.with({ value: json<Theme>() });

describe('the adapters for user interfaces', () => {
  it('make a live value of a watched key, with the value and the doubt together', async () => {
    const { time, client, cluster } = etcdStage({ entries: { theme: '{"colour":"red"}' } });
    const { etcd } = client();
    const node = live(themes(etcd).watch('theme'), undefined, {
      equal: deepEqual,
      idle: markStale,
      scheduler: time,
      linger: 100,
    });
    const theme = node.select((now) => now?.value, deepEqual);
    const shown: string[] = [];
    const seeing = node.subscribe((now) => shown.push(now === undefined ? 'nothing' : `${now.kind} ${now.stale}`));
    const following = theme.subscribe();
    time.advance(50);
    const first = theme.value;
    await cluster.refuse();
    time.advance(50);
    await cluster.accept();
    time.advance(5000);
    expect(shown).toEqual(['nothing', 'present false', 'present true', 'present false']);
    expect(first).toEqual({ colour: 'red' });
    expect(theme.value).toBe(first);
    for (const it of [seeing, following]) it.unsubscribe();
    time.advance(200);
    expect(node.value).toMatchObject({ stale: true, cause: { code: 'UNWATCHED' } });
  });

  it('make a store of React of a count, and of those who are there', () => {
    const { time, client } = etcdStage({ entries: { 'workers/1': 'one' } });
    const { etcd } = client();
    const options = { scheduler: time };
    const count = toExternalStore(live(counter(etcd, 'n').value$, undefined, options).select((now) => now?.value));
    const workers = toExternalStore(
      live(watchPresence(etcd, 'workers'), undefined, options).select((now) => now?.present.get('1'))
    );
    let renderings = 0;
    const stops = [count, workers].map((store) => store.subscribe(() => renderings++));
    time.advance(50);
    const worker = workers.getSnapshot();
    renderings = 0;
    counter(etcd, 'n').add(5).subscribe();
    etcd.put('workers/2', bytesOf('two')).subscribe();
    time.advance(50);
    expect([count.getSnapshot(), worker?.token]).toEqual([5, 2n]);
    expect(workers.getSnapshot()).toBe(worker); // another member changes nothing
    expect(renderings).toBe(1);
    for (const stop of stops) stop();
  });
});

describe('work under a lease of etcd', () => {
  /** Work that does not end; whether it is on. */
  function endless() {
    let on = 0;
    const ended$ = new Observable<never>(() => (on++, () => on--));
    return { isOn: () => on === 1, work: () => merge(of('begun'), ended$) };
  }

  it('of whileHeld ends when the lease is lost, and with again it begins again', () => {
    const { time, client, cluster } = etcdStage();
    const { isOn, work } = endless();
    const begun: string[] = [];
    const running = lock(client().etcd, 'l', { ttl: 3000 })
      .pipe(whileHeld(work, { again: true }))
      .subscribe((it) => begun.push(it));
    time.advance(100);
    expect(isOn()).toBe(true);
    cluster.expireLease([...cluster.leases.keys()][0]!);
    time.advance(5);
    expect(isOn()).toBe(false);
    time.advance(1000);
    expect([begun, isOn()]).toEqual([['begun', 'begun'], true]);
    running.unsubscribe();
    time.advance(100);
    expect([isOn(), cluster.entries().size]).toEqual([false, 0]);
  });

  it.each([
    ['stop', false, 2],
    ['pause', true, 1],
    ['keep', true, 1],
  ] as const)('of whileLeader can %s while the line is cut', async (onSuspend, goesOn, begins) => {
    const { time, client, cluster } = etcdStage();
    const { isOn, work } = endless();
    const begun: string[] = [];
    const candidate$ = elect(client().etcd, 'e', { ttl: 60_000 });
    candidate$.pipe(whileLeader(work, { onSuspend })).subscribe((it) => begun.push(it));
    time.advance(100);
    expect(isOn()).toBe(true);
    await cluster.refuse();
    time.advance(100);
    expect(isOn()).toBe(goesOn);
    await cluster.accept();
    time.advance(5000);
    expect([isOn(), begun.length]).toEqual([true, begins]);
  });

  it('of whileLeader ends with the client, and whileHeld completes with its work', () => {
    const { time, client, cluster } = etcdStage();
    const { etcd, leave } = client();
    const ends: string[] = [];
    const end = (name: string) => ({ complete: () => ends.push(name) });
    elect(etcd, 'e')
      .pipe(whileLeader(() => NEVER))
      .subscribe(end('leader'));
    lock(etcd, 'l')
      .pipe(
        whileHeld((held) =>
          held
            .transaction()
            .do((t) => t.put('report', bytesOf('1')))
            .commit()
        )
      )
      .subscribe(end('holder'));
    lock(etcd, 'm')
      .pipe(whileHeld(() => from([1, 2])))
      .subscribe(end('short'));
    lock(etcd, 'n').subscribe(end('held'));
    time.advance(200);
    expect(ends.toSorted()).toEqual(['holder', 'short']);
    expect([...cluster.entries().keys()].filter((key) => !/^[en]\//.test(key))).toEqual(['report']);
    leave();
    time.advance(1);
    expect(ends.slice(2).toSorted()).toEqual(['held', 'leader']);
  });

  it('goes on beside a session, whose loss does not end it', () => {
    const { time, client, cluster } = etcdStage();
    const { etcd } = client();
    const { isOn, work } = endless();
    const ids: bigint[] = [];
    session(etcd, { ttl: 3000 }).subscribe(({ id }) => ids.push(id));
    time.advance(50);
    lock(etcd, 'l').pipe(whileHeld(work)).subscribe();
    time.advance(50);
    cluster.expireLease(ids[0]!);
    time.advance(3000);
    expect([isOn(), new Set(ids).size]).toEqual([true, 2]);
  });
});
