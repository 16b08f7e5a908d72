import { describe, expect, it } from '@jest/globals';
import { BehaviorSubject, firstValueFrom, of } from 'rxjs';
import { pick } from '../../../lib/client/pick.js';
import { joinParty, watchParty } from '../../../lib/etcd/recipes/joinParty.js';
import { register } from '../../../lib/etcd/recipes/register.js';
import { type FencedInstances, watchInstances, watchServices } from '../../../lib/etcd/recipes/watchInstances.js';
import { type Present, type WatchedPresence, watchPresence } from '../../../lib/etcd/recipes/watchPresence.js';
import type { Etcd } from '../../../lib/etcd/v3/client/etcd.js';
import { bytesOf, etcdStage, mistakeOf, heardOf, textOf } from '../../helpers/etcdStage.js';
import { waitFor } from '../../helpers/waitFor.js';
import { withRealEtcd } from '../../helpers/withRealEtcd.js';

/** All values of a stream. */
function seenOf<T>(value$: { subscribe(next: (value: T) => void): { unsubscribe(): void } }) {
  const seen: T[] = [];
  const subscription = value$.subscribe((value) => seen.push(value));
  return { seen, stop: () => subscription.unsubscribe() };
}

describe('with a real etcd', () => {
  let etcd: Etcd;
  withRealEtcd({}, (client) => {
    etcd = client.with({ namespace: 'app/' });
  });

  it('members come and go, the eldest first, and one who comes again has a higher token', async () => {
    const { seen, stop } = seenOf<readonly Present[]>(watchParty(etcd, 'party'));
    const join = (name: string) => joinParty(etcd, 'party', { data: bytesOf(name) }).subscribe();
    const names = () =>
      seen
        .at(-1)
        ?.map(({ data }) => textOf(data))
        .join();
    const anna = join('anna');
    await waitFor(() => names() === 'anna');
    const bert = join('bert');
    await waitFor(() => names() === 'anna,bert');
    const [first, second] = seen.at(-1)!;
    anna.unsubscribe();
    await waitFor(() => names() === 'bert');
    expect(seen.at(-1)![0]).toBe(second);
    const again = join('anna');
    await waitFor(() => names() === 'bert,anna');
    expect(seen.at(-1)![1]!.token > first!.token).toBe(true);
    expect(await firstValueFrom(etcd.get(`party/${second!.name}`))).toMatchObject({
      createRevision: Number(second!.token),
      lease: second!.lease,
    });
    for (const member of [bert, again]) member.unsubscribe();
    await waitFor(() => names() === '');
    stop();
  });

  it('instances of a service are seen with their payloads and tokens, and chosen in turn', async () => {
    const load$ = new BehaviorSubject({ load: 1 });
    const { seen, stop } = seenOf<FencedInstances<{ load: number }>>(watchInstances(etcd, 'services', 'search'));
    const services = seenOf(watchServices(etcd, 'services'));
    const offered = [
      register(etcd, 'services', { name: 'search', id: 'a', port: 1, payload: load$ }, { now: () => 5 }),
      register(etcd, 'services', { name: 'search', id: 'b', port: 2, payload: { load: 0 } }),
    ].map((it) => it.subscribe());
    await waitFor(() => seen.at(-1)?.instances.length === 2);
    load$.next({ load: 7 });
    await waitFor(() => seen.at(-1)?.instances.some(({ payload }) => payload.load === 7));
    const a = seen.at(-1)!.instances.find(({ id }) => id === 'a')!;
    expect(a).toMatchObject({ name: 'search', port: 1, registrationTimeUTC: 5, serviceType: 'DYNAMIC', enabled: true });
    expect(seen.at(-1)!.tokens.get('a')).toBe(
      BigInt((await firstValueFrom(etcd.get('services/search/a')))!.createRevision)
    );
    const picker = await firstValueFrom(of(seen.at(-1)!).pipe(pick()));
    expect(new Set([picker.next()!.id, picker.next()!.id]).size).toBe(2);
    await firstValueFrom(etcd.put('services/search/junk', bytesOf('{')));
    await waitFor(() => seen.at(-1)?.unreadable.join() === 'junk');
    expect(seen.at(-1)!.instances).toContain(a);
    await firstValueFrom(etcd.delete('services/search/junk'));
    for (const it of offered) it.unsubscribe();
    await waitFor(() => seen.at(-1)?.instances.length === 0);
    await waitFor(() => services.seen.at(-1)?.length === 0);
    expect(services.seen).toEqual([[], ['search'], []]);
    services.stop();
    stop();
  });
});

describe('those who are there', () => {
  it('are in doubt while the line is cut, and are the same objects after it', async () => {
    const { time, client, cluster } = etcdStage({ entries: { 'w/1': 'one', 'w/2': 'two' } });
    const { etcd } = client();
    const { seen } = seenOf<WatchedPresence>(watchPresence(etcd, 'w'));
    time.advance(10);
    await cluster.refuse();
    time.advance(10);
    await cluster.accept();
    time.advance(5000);
    expect(seen.map(({ stale }) => stale).filter((it, i, all) => it !== all[i - 1])).toEqual([false, true, false]);
    expect([...seen.at(-1)!.present.keys()]).toEqual(['1', '2']);
    expect(seen.at(-1)!.present.get('1')).toBe(seen[0]!.present.get('1'));
    expect(seen[0]!.present.get('2')).toEqual({ name: '2', data: bytesOf('two'), token: 3n, lease: 0n });
  });

  it('are those that came meanwhile, when the cluster has forgotten how', async () => {
    const { time, client, cluster } = etcdStage({ entries: { 'w/1': 'one' } });
    const { etcd } = client();
    const { seen } = seenOf<readonly Present[]>(watchParty(etcd, 'w'));
    time.advance(10);
    await cluster.refuse();
    await cluster.accept();
    const other = client().etcd;
    other.put('w/2', bytesOf('two')).subscribe();
    other.delete('w/1').subscribe();
    time.advance(5);
    cluster.compact();
    time.advance(5000);
    expect(seen.map((all) => all.map(({ name }) => name).join())).toEqual(['1', '2']);
  });

  it('go when their lease is lost, and come again with another', () => {
    const { time, client, cluster } = etcdStage();
    const { etcd } = client();
    const tokens = seenOf<bigint>(joinParty(etcd, 'w', { ttl: 3000 }));
    const { seen } = seenOf<readonly Present[]>(watchParty(client().etcd, 'w'));
    time.advance(100);
    cluster.expireLease([...cluster.leases.keys()][0]!);
    time.advance(5000);
    expect(seen.map((all) => all.length).slice(-3)).toEqual([1, 0, 1]);
    expect(tokens.seen).toHaveLength(2);
    expect(seen.at(-1)![0]!.token).toBe(tokens.seen[1]);
  });

  it('end with PERMISSION_DENIED for those who may not read them, and complete when the client is closed', () => {
    const { time, client, fail } = etcdStage();
    const denied = client();
    fail(({ operation }) =>
      operation === 'range' ? { error: 7, message: 'etcdserver: permission denied' } : undefined
    );
    const refused = heardOf((it) => watchInstances(denied.etcd, 's', 'a').subscribe(it));
    time.advance(100);
    fail(() => undefined);
    const { etcd, leave } = client();
    const ended = heardOf(
      (it) => watchPresence(etcd, 'w').subscribe(it),
      () => 'seen'
    );
    time.advance(100);
    leave();
    time.advance(100);
    expect([refused, ended.at(-1)]).toEqual([['PERMISSION_DENIED none'], 'completed']);
  });

  it('lose a service with an empty name, too, when its key is deleted', () => {
    const { time, client } = etcdStage({ entries: { 's//x': '' } });
    const { etcd } = client();
    const { seen } = seenOf<readonly string[]>(watchServices(etcd, 's'));
    time.advance(10);
    etcd.delete('s//x').subscribe();
    time.advance(10);
    expect(seen).toEqual([[''], []]);
  });

  it('refuse a bad argument, and a payload that is no JSON', async () => {
    const { etcd } = etcdStage().client();
    expect(await mistakeOf(watchPresence(etcd, ''))).toBe('name');
    expect(await mistakeOf(joinParty(etcd, 'w', { ttl: 0 }))).toBe('options.ttl');
    expect(await mistakeOf(register(etcd, 's', { name: 'a/b' }))).toBe('registration.name');
    expect(await mistakeOf(register(etcd, 's', { name: 'a', port: -1 }))).toBe('registration.port');
    expect(await mistakeOf(register(etcd, 's', { name: 'a', payload: 1n as never }))).toBe('BAD_VALUE');
    expect(await mistakeOf(watchInstances(etcd, 's', 'a/b'))).toBe('service');
    expect(await mistakeOf(watchInstances(etcd, 's', 'a', { codec: 1 } as never))).toBe('options.codec');
  });
});
