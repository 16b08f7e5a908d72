import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Observable } from 'rxjs';
import { json, update } from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

describe('an update', () => {
  const codec = json<number>();

  it('creates what is not there, and counts every change once, however many there are', () => {
    const clients = [world.client(), world.client(), world.client()];
    const sums: number[] = [];
    for (let i = 0; i < 30; i++)
      update(clients[i % 3]!.zk, '/n', (n) => (n ?? 0) + 1, { codec }).subscribe(({ value }) => sums.push(value));
    world.after(2000);
    expect([...sums].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  });

  it('needs few requests where many updates of one client and its views meet', () => {
    let requests = 0;
    world = new VirtualWorld({ faults: ({ operation }) => void (operation.endsWith('Data') && requests++) });
    const { zk } = world.client();
    zk.create('/a/n', 0, { codec, parents: true }).subscribe();
    world.after(50);
    for (let i = 0; i < 50; i++) {
      update(zk, '/a/n', (n) => (n ?? 0) + 1, { codec }).subscribe();
      update(zk.chroot('/a'), '/n', (n) => (n ?? 0) + 1, { codec }).subscribe();
    }
    world.after(2000);
    expect(String(world.server.tree().get('/a/n')?.data)).toBe('100');
    expect(requests).toBeLessThanOrEqual(400); // 5,000 if each of them tries again with all the others
  });

  it('writes nothing where nothing changes', () => {
    const { zk } = world.client();
    zk.create('/n', 5, { codec }).subscribe();
    world.after(50);
    world.watch(
      'u',
      update(zk, '/n', (n) => n ?? 0, { codec }),
      ({ value, stat }) => `${value} at version ${stat?.version}`
    );
    expect(world.after(50)).toEqual(['u 5 at version 0', 'u |']);
  });

  it('is not repeated when its reply is lost: that is said', () => {
    let lost = false;
    world = new VirtualWorld({
      faults: ({ operation }) => (operation === 'setData' && !lost ? ((lost = true), 'cutAfter') : undefined),
    });
    const { zk } = world.client();
    zk.create('/n', 5, { codec }).subscribe();
    world.after(50);
    world.watch(
      'u',
      update(zk, '/n', (n) => (n ?? 0) + 1, { codec }),
      ({ value }) => String(value)
    );
    expect([world.after(1000), String(world.server.tree().get('/n')?.data)]).toEqual([['u ! CONNECTION_LOST'], '6']);
  });

  it('begins anew when somebody writes, creates or deletes between its read and its write', () => {
    const { zk } = world.client();
    const meddling: Array<() => Observable<unknown>> = [
      () => zk.create('/n', 10, { codec }),
      () => zk.set('/n', 20, { codec }),
      () => zk.delete('/n'),
      () => zk.create('/n', 30, { codec }),
    ];
    const given: unknown[] = [];
    const change = (n: number | undefined) => {
      given.push(n);
      meddling.shift()?.().subscribe();
      return (n ?? 0) + 1;
    };
    world.watch('u', update(zk, '/n', change, { codec }), ({ value }) => String(value));
    expect([world.after(200), given]).toEqual([
      ['u 31', 'u |'],
      [undefined, 10, 20, undefined, 30],
    ]);
  });

  it('waits for servers that cannot be reached', () => {
    const { zk, cut, heal } = world.client();
    cut();
    world.watch(
      'u',
      update(zk, '/a/b/n', () => 1, { codec }),
      ({ value }) => String(value)
    );
    expect(world.after(20_000)).toEqual([]);
    heal();
    expect(world.after(12_000)).toEqual(['u 1', 'u |']);
  });

  it('changes nothing when it is left before it has written', () => {
    const { zk } = world.client();
    world.after(50);
    for (let ms = 0; ms < 2; ms++) {
      const subscription = update(zk, '/n', () => 1, { codec }).subscribe();
      world.after(ms);
      subscription.unsubscribe();
      expect([world.after(100), world.server.tree().has('/n')]).toEqual([[], false]);
    }
  });

  it('errors with what the server refuses, the codec does not know, or the change throws', () => {
    const { zk } = world.client();
    zk.create('/closed', null, { acl: [{ permissions: 1, scheme: 'world', id: 'anyone' }] }).subscribe();
    zk.create('/ephemeral', null, { mode: 'ephemeral' }).subscribe();
    zk.create('/text', Buffer.from('no json')).subscribe();
    world.after(50);
    for (const path of ['/closed', '/closed/n', '/ephemeral/n', '/text'])
      world.watch(
        path,
        update(zk, path, () => 1, { codec })
      );
    world.watch('/throws', update(zk, '/n', () => { throw new Error('mine'); })); // prettier-ignore
    world.watch(
      'nowhere',
      update(zk.chroot('/nowhere'), '/n', () => 1, { codec })
    );
    expect(world.after(1000).sort()).toEqual([
      '/closed ! BAD_VALUE',
      '/closed/n ! NO_AUTH',
      '/ephemeral/n ! NO_CHILDREN_FOR_EPHEMERALS',
      '/text ! BAD_VALUE',
      '/throws ! Error: mine',
      'nowhere ! NO_NODE',
    ]);
  });

  it('errors when its session is lost or its client closed before it is sent', () => {
    const [a, b] = [world.client(), world.client()];
    world.after(50);
    for (const each of [a, b]) each.cut();
    world.after(3000);
    world.watch(
      'a',
      update(a.zk, '/n', () => 1, { codec })
    );
    world.watch(
      'b',
      update(b.zk, '/n', () => 1, { codec })
    );
    b.leave();
    expect(world.after(5000)).toEqual(['b ! CLOSED', 'a ! EXPIRED']);
  });
});
