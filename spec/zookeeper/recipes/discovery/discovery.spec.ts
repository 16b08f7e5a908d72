import { beforeEach, describe, expect, it } from '@jest/globals';
import { BehaviorSubject, EMPTY, type Observable, of, throwError } from 'rxjs';
import {
  ConnectionLostError,
  type Instances,
  type Picker,
  type Registration,
  type ServiceInstance,
  pick,
  register,
  watchInstances,
  watchServices,
} from '../../../../lib/index.js';
import { type VirtualClient, VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

const BASE = '/services';
const offer = <P = null>({ zk }: VirtualClient, registration: Partial<Registration<P>>) =>
  register<P>(zk, BASE, { name: 'web', ...registration }, { now: () => 1_700_000_000_000 });
function found<P>({ instances, unreadable, stale }: Instances<P>): string {
  const ids = instances.map(({ id, payload }) => (payload === null ? id : `${id}=${String(payload)}`));
  return `${ids.join()}${unreadable.length > 0 ? ` not ${unreadable.join()}` : ''}${stale ? '?' : ''}`;
}
const follow = ({ zk }: VirtualClient) => world.watch('web', watchInstances(zk, BASE, 'web'), found);
const node = (id: string) => world.server.tree().get(`${BASE}/web/${id}`);

describe('an instance of a service that is registered', () => {
  it("is written as Curator's JsonInstanceSerializer writes it", () => {
    world.watch(
      'a',
      offer(world.client(), { id: '7', address: '10.0.0.7', port: 8080, payload: of({ shard: 3 }) }),
      ({ id }) => id
    );
    expect(world.after(100)).toEqual(['a 7']);
    expect(String(node('7')?.data)).toBe(
      '{"name":"web","id":"7","address":"10.0.0.7","port":8080,"sslPort":null,"payload":{"shard":3},' +
        '"registrationTimeUTC":1700000000000,"serviceType":"DYNAMIC","uriSpec":null}'
    );
  });

  it('has an id of its own where none is given, and is gone when it is given back, even while it is registered', () => {
    const a = world.client();
    const ids = [0, 1].map(() => offer(a, {}).subscribe());
    world.time.advance(100);
    expect(new Set(world.children(`${BASE}/web`)).size).toBe(2);
    ids[0]!.unsubscribe();
    const early = offer(a, { id: 'early' }).subscribe();
    world.time.advance(1);
    early.unsubscribe();
    world.time.advance(500);
    expect(world.children(`${BASE}/web`).length).toBe(1);
  });

  it('takes what is undefined for what is not said', () => {
    const instances: ServiceInstance[] = [];
    for (let i = 0; i < 2; i++)
      offer(world.client(), { id: undefined, port: undefined, enabled: undefined } as never).subscribe((each) =>
        instances.push(each)
      );
    world.time.advance(100);
    expect(instances).toMatchObject(Array(2).fill({ port: null, enabled: true }));
    expect(new Set(instances.map(({ id }) => id)).size).toBe(2);
    expect(world.children(`${BASE}/web`).sort()).toEqual(instances.map(({ id }) => id).sort());
  });

  it('changes its payload, and is registered anew with the newest, after an expiry and when it is deleted', () => {
    const [a, b] = [world.client(), world.client()];
    const payload = new BehaviorSubject('starting');
    world.watch('a', offer(a, { id: '7', payload }), (instance) => String(instance.payload));
    follow(b);
    expect(world.after(100)).toEqual(['web ', 'a starting', 'web 7=starting']);
    payload.next('ready');
    expect(world.after(100)).toEqual(['web 7=ready']);
    world.server.expire(a.zk.ticket.id);
    expect(world.after(1000)).toEqual(['web ', 'a ready', 'web 7=ready']);
    b.zk.delete(`${BASE}/web/7`).subscribe();
    expect(world.after(1000).at(-1)).toBe('web 7=ready');
  });

  it('is there once when the reply to its create is lost', () => {
    let lost = false;
    world = new VirtualWorld({
      faults: ({ operation, path }) =>
        operation === 'create2' &&
        path?.endsWith('/7') &&
        node('7') === undefined &&
        !lost &&
        world.server.tree().has(`${BASE}/web`)
          ? ((lost = true), 'cutAfter')
          : undefined,
    });
    world.watch('a', offer(world.client(), { id: '7' }), ({ id }) => id);
    expect([world.after(2000), world.children(`${BASE}/web`), lost]).toEqual([['a 7'], ['7'], true]);
  });

  it.each<[string, unknown]>([
    ['registration.name', { name: 'a/b' }],
    ['registration.name', { name: '' }],
    ['registration.id', { id: '..' }],
    ['registration.port', { port: 80_000 }],
    ['registration.adress', { adress: 'here' }],
    ['registration.address', { address: 5 }],
    ['registration.uriSpec', { uriSpec: 'http' }],
    ['registration.enabled', { enabled: 'no' }],
  ])('names %s when it cannot be', (argument, wrong) => {
    let named: string | undefined;
    offer(world.client(), wrong as Registration).subscribe({
      error: (error: { argument: string }) => (named = error.argument),
    });
    expect(named).toBe(argument);
  });

  it('errors with a payload that is no JSON, and with the payload', () => {
    const a = world.client();
    world.watch('a', offer(a, { payload: 1n }));
    world.watch('b', offer(a, { payload: throwError(() => new Error('none')) }));
    expect(world.after(100)).toEqual(['a ! BAD_VALUE', 'b ! Error: none']);
  });
});

describe('the instances of a service that are watched', () => {
  it('are none where there is no service', () => {
    follow(world.client());
    expect(world.after(100)).toEqual(['web ']);
  });

  it('are all there, and those that have not changed are the same objects', () => {
    const [a, b] = [world.client(), world.client()];
    const seen: (readonly ServiceInstance[])[] = [];
    const payload = new BehaviorSubject(1);
    for (const id of ['1', '2']) offer(a, { id }).subscribe();
    world.time.advance(100);
    watchInstances(b.zk, BASE, 'web').subscribe(({ instances }) => seen.push(instances));
    world.time.advance(100);
    offer(a, { id: '3', payload }).subscribe();
    world.time.advance(100);
    payload.next(2);
    world.time.advance(100);
    expect(seen.map((all) => all.map(({ id, payload: p }) => `${id}${(p as string | null) ?? ''}`).join())).toEqual([
      '1,2',
      '1,2,31',
      '1,2,32',
    ]);
    expect(seen.every((all) => all[0] === seen[0]![0] && all[1] === seen[0]![1])).toBe(true);
  });

  it('cost one read for one change, and are read at once at first', () => {
    let reads = 0;
    world = new VirtualWorld({
      faults: ({ operation, sessionId }) => void (operation === 'getData' && sessionId === b.zk.ticket.id && reads++),
    });
    const [a, b] = [world.client(), world.client({ coalesce: false })];
    const payload = new BehaviorSubject(0);
    for (let id = 0; id < 50; id++) offer(a, { id: `i${id}`, payload: id === 7 ? payload : of(0) }).subscribe();
    world.time.advance(200);
    watchInstances(b.zk, BASE, 'web').subscribe();
    world.time.advance(200);
    expect(reads).toBe(50);
    payload.next(1);
    world.time.advance(200);
    expect(reads).toBe(51);
  });

  it('leave out and name what is no instance, what does not fit the schema, and what may not be read', () => {
    const [a, b] = [world.client(), world.client()];
    offer(a, { id: 'ok', payload: 5 }).subscribe();
    offer(a, { id: 'wrong', payload: 'five' }).subscribe();
    a.zk.addAuth('digest', Buffer.from('u:p')).subscribe();
    world.time.advance(100);
    a.zk.create(`${BASE}/web/text`, Buffer.from('no JSON')).subscribe();
    a.zk.create(`${BASE}/web/array`, Buffer.from('[]')).subscribe();
    a.zk.create(`${BASE}/web/portless`, Buffer.from('{"name":"web","id":"portless","port":"http"}')).subscribe();
    a.zk.create(`${BASE}/web/secret`, null, { acl: [{ scheme: 'auth', id: '', permissions: 31 }] }).subscribe();
    world.time.advance(100);
    const schema = {
      '~standard': {
        validate: (value: unknown) => (typeof value === 'number' ? { value } : { issues: [{ message: 'no number' }] }),
      },
    };
    let last: Instances<number> | undefined;
    watchInstances(b.zk, BASE, 'web', { schema }).subscribe((now) => (last = now));
    world.time.advance(100);
    expect([last?.instances.map(({ payload }) => payload), [...last!.unreadable].sort()]).toEqual([
      [5],
      ['array', 'portless', 'secret', 'text', 'wrong'],
    ]);
    let whole: Instances | undefined;
    watchInstances(b.zk, BASE, 'web').subscribe((now) => (whole = now));
    world.time.advance(100);
    expect([whole?.instances.map(({ payload }) => payload), [...whole!.unreadable].sort()]).toEqual([
      [5, 'five'],
      ['array', 'portless', 'secret', 'text'],
    ]);
  });

  it("take what Curator's newer versions write", () => {
    const { zk } = world.client();
    const json =
      '{"name":"web","id":"x","address":"h","port":null,"sslPort":443,"payload":{"@class":"a.B","v":1},' +
      '"registrationTimeUTC":5,"serviceType":"PERMANENT","uriSpec":{"parts":[{"value":"scheme","variable":true}]},' +
      '"enabled":false,"later":1}';
    zk.create(`${BASE}/web/x`, Buffer.from(json), { parents: true }).subscribe();
    world.time.advance(100);
    let last: Instances | undefined;
    watchInstances(zk, BASE, 'web').subscribe((now) => (last = now));
    world.time.advance(100);
    const { later, ...whole } = JSON.parse(json) as Record<string, unknown>;
    expect([last?.instances, later]).toEqual([[whole], 1]);
  });

  it('are those last known while there is no connection, and are whole again at once when there is', () => {
    const [a, b] = [world.client(), world.client()];
    const one = offer(a, { id: '1' }).subscribe();
    for (const id of ['2', '3']) offer(a, { id }).subscribe();
    world.time.advance(100);
    follow(b);
    expect(world.after(100)).toEqual(['web 1,2,3']);
    b.cut();
    one.unsubscribe();
    offer(a, { id: '4' }).subscribe();
    expect(world.after(3000)).toEqual(['web 1,2,3?']);
    b.heal();
    expect(world.after(3000)).toEqual(['web 2,3,4']);
  });

  it('are not said to be fresh before all of them are', () => {
    const [a, b] = [world.client(), world.client()];
    const payload = new BehaviorSubject('old');
    offer(a, { id: '1', payload }).subscribe();
    offer(a, { id: '2' }).subscribe();
    world.time.advance(100);
    follow(b);
    world.after(100);
    b.cut();
    world.time.advance(3000);
    payload.next('new');
    b.heal();
    expect(world.after(5000)).toEqual(['web 1=old,2?', 'web 1=new,2']);
  });

  it('are known to be stale when nobody says that the link is cut, and survive the loss of the session', () => {
    const [a, b] = [world.client(), world.client()];
    offer(a, { id: '1' }).subscribe();
    world.time.advance(100);
    follow(b);
    world.after(100);
    world.server.pause();
    expect(world.after(5000)).toEqual(['web 1?']);
    world.server.resume();
    world.after(5000);
    world.server.expire(b.zk.ticket.id);
    expect(world.after(5000)).toEqual(['web 1?', 'web 1']);
  });

  it('are no longer followed when nobody is subscribed', () => {
    const [a, b] = [world.client(), world.client()];
    const subscription = follow(b);
    world.after(100);
    subscription.unsubscribe();
    offer(a, { id: '1' }).subscribe();
    expect(world.after(1000)).toEqual([]);
  });

  it('end with the client', () => {
    const { zk } = world.client();
    offer({ zk } as VirtualClient, { id: '1' }).subscribe();
    follow({ zk } as VirtualClient);
    world.after(100);
    void zk.close();
    expect(world.after(3000)).toEqual(['web |']);
  });

  it('have names', () => {
    const [a, b] = [world.client(), world.client()];
    world.watch('all', watchServices(b.zk, BASE), (names) => names.join());
    offer(a, { name: 'web' }).subscribe();
    world.time.advance(100);
    offer(a, { name: 'db' }).subscribe();
    expect(world.after(1000)).toEqual(['all ', 'all web', 'all db,web']);
  });
});

describe('a picker', () => {
  const instance = (id: string, enabled = true): ServiceInstance => ({
    name: 'web',
    id,
    address: null,
    port: null,
    sslPort: null,
    payload: null,
    registrationTimeUTC: 0,
    serviceType: 'DYNAMIC',
    uriSpec: null,
    enabled,
  });
  const several = (...ids: string[]): Instances => ({
    instances: ids.map((id) => instance(id)),
    unreadable: [],
    stale: false,
  });
  const made = (source$: Observable<Instances>, options: Parameters<typeof pick>[0] = {}) => {
    const pickers: Picker[] = [];
    source$
      .pipe(pick({ random: () => 0, scheduler: world.time, ...options }))
      .subscribe((picker) => pickers.push(picker));
    expect(pickers.length).toBe(1); // and the same one later
    return pickers[0]!;
  };
  const picks = (picker: Picker, count: number) =>
    Array.from({ length: count }, () => picker.next()?.id ?? '-').join('');

  it('takes one after the other, any, or one and the same', () => {
    const numbers = [0.9, 0, 0.5, 0.4, 0.7];
    expect(picks(made(of(several('a', 'b', 'c'))), 5)).toBe('abcab');
    expect(picks(made(of(several('a', 'b', 'c')), { strategy: 'random', random: () => numbers.shift()! }), 5)).toBe(
      'cabbc'
    );
    expect(picks(made(of(several('a', 'b', 'c')), { strategy: 'sticky', random: () => 0.5 }), 5)).toBe('bbbbb');
  });

  it('has none where there is none, and passes over those that are not enabled', () => {
    for (const strategy of ['roundRobin', 'random', 'sticky'] as const) {
      expect(picks(made(of(several()), { strategy }), 2)).toBe('--');
      expect(
        picks(made(of({ ...several('a'), instances: [instance('a'), instance('b', false)] }), { strategy }), 3)
      ).toBe('aaa');
    }
  });

  it('follows the instances: who sticks to one that is gone takes another, and sticks to that', () => {
    const instances$ = new BehaviorSubject(several('a', 'b', 'c'));
    const picker = made(instances$, { strategy: 'sticky', random: () => 0.5 });
    expect(picks(picker, 2)).toBe('bb');
    instances$.next(several('c', 'b'));
    expect(picks(picker, 2)).toBe('bb');
    instances$.next(several('c'));
    expect(picks(picker, 2)).toBe('cc');
  });

  it('passes over one that has failed twice, until it is forgotten', () => {
    const picker = made(of(several('a', 'b')), { downFor: 1000 });
    picker.failed(instance('a'));
    expect(picks(picker, 2)).toBe('ab');
    world.time.advance(500);
    picker.failed(instance('a'));
    expect(picks(picker, 3)).toBe('bbb');
    world.time.advance(499);
    expect(picks(picker, 3)).toBe('bbb');
    world.time.advance(1);
    expect(picks(picker, 2).split('').sort().join('')).toBe('ab');
  });

  it('takes any when all have failed, and has forgotten those who left and came again', () => {
    const instances$ = new BehaviorSubject(several('a', 'b'));
    const picker = made(instances$, { failures: 1 });
    picker.failed(instance('a'));
    picker.failed(instance('b'));
    expect(picks(picker, 2)).toBe('ab');
    instances$.next(several('b'));
    instances$.next(several('a', 'b'));
    expect(picks(picker, 3)).toBe('aaa');
  });

  it('goes on with the last that were known, and completes and errors with the source', () => {
    const stale: Instances = { ...several('a'), stale: true, cause: new ConnectionLostError() };
    expect(picks(made(of(several('a'), stale)), 2)).toBe('aa');
    world.watch('p', throwError(() => new Error('over')).pipe(pick()));
    world.watch('q', (EMPTY as Observable<Instances>).pipe(pick()));
    expect(world.after(0)).toEqual(['p ! Error: over', 'q |']);
  });

  it.each([
    ['options.strategy', { strategy: 'best' }],
    ['options.failures', { failures: 0 }],
    ['options.downFor', { downFor: -1 }],
    ['options.downfor', { downfor: 1 }],
  ])('names %s', (argument, options) => {
    let named: string | undefined;
    of(several())
      .pipe(pick(options as never))
      .subscribe({ error: (error: { argument: string }) => (named = error.argument) });
    expect(named).toBe(argument);
  });
});
