import { beforeEach, describe, expect, it } from '@jest/globals';
import { counter } from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

describe('a counter', () => {
  it('is one number for all, and exact', () => {
    const [a, b] = [world.client(), world.client()];
    world.watch('value', counter(b.zk, '/c').value$, ({ value, stale }) => `${value}${stale ? '?' : ''}`);
    world.after(50);
    for (let i = 1; i <= 10; i++)
      counter(i % 2 ? a.zk : b.zk, '/c')
        .add(i)
        .subscribe();
    const seen = world.after(1000);
    expect([seen.at(-1), String(world.server.tree().get('/c')?.data)]).toEqual(['value 55', '55']);
    world.watch('add', counter(a.zk, '/c').add(-60));
    expect(world.after(100).sort()).toEqual(['add -5', 'add |', 'value -5']);
  });

  it('refuses what no number holds exactly', () => {
    const { zk } = world.client();
    zk.create('/c', Buffer.from('9007199254740993')).subscribe();
    world.after(50);
    world.watch('add', counter(zk, '/c').add(1));
    expect(world.after(50)).toEqual(['add ! BAD_VALUE']);
    world.watch('half', counter(zk, '/c').add(0.5));
    expect(world.after(0)).toEqual(['half ! USAGE']);
  });

  it('is 0 where there is none, in doubt while the link is lost, and completes with its client', () => {
    const [a, b] = [world.client(), world.client()];
    world.watch('value', counter(b.zk, '/c').value$, ({ value, stale }) => `${value}${stale ? '?' : ''}`);
    expect(world.after(50)).toEqual(['value 0']);
    b.cut();
    counter(a.zk, '/c').add(7).subscribe();
    expect(world.after(3000)).toEqual(['value 0?']);
    b.heal();
    expect(world.after(1000)).toEqual(['value 7']);
    counter(a.zk, '/c').add(0).subscribe();
    a.zk.delete('/c').subscribe();
    expect(world.after(50)).toEqual(['value 0']);
    b.leave();
    expect(world.after(50)).toEqual(['value |']);
  });

  it('shows what is no integer as unreadable, and goes on', () => {
    const { zk } = world.client();
    zk.create('/c', Buffer.from('many')).subscribe();
    world.watch('value', counter(zk, '/c').value$, ({ value, error }) => String(value ?? error?.code));
    expect(world.after(50)).toEqual(['value BAD_VALUE']);
    zk.set('/c', Buffer.from('6')).subscribe();
    expect(world.after(50)).toEqual(['value 6']);
  });

  it('shows no number where it may not be read', () => {
    const { zk } = world.client();
    zk.create('/c', Buffer.from('5'), { acl: [{ permissions: 8, scheme: 'world', id: 'anyone' }] }).subscribe();
    world.watch('value', counter(zk, '/c').value$, ({ kind }) => kind);
    world.watch('add', counter(zk, '/c').add(1));
    expect(world.after(100).sort()).toEqual(['add ! NO_AUTH', 'value denied']);
  });

  it('begins at what kazoo leaves behind, which may be nothing at all', () => {
    const { zk } = world.client();
    zk.create('/c', Buffer.alloc(0)).subscribe();
    world.watch('add', counter(zk, '/c').add(-3));
    expect(world.after(100)).toEqual(['add -3', 'add |']);
    zk.set('/c', Buffer.from('1.5')).subscribe();
    world.watch('add', counter(zk, '/c').add(1));
    expect(world.after(100)).toEqual(['add ! BAD_VALUE']);
  });

  it.each(['before', 'after'] as const)(
    'counts once or not at all when the link is lost just %s it is written, and says that it is not known',
    (when) => {
      let lost = false;
      world = new VirtualWorld({
        faults: ({ operation }) =>
          operation === 'setData' && !lost ? ((lost = true), when === 'before' ? 'cut' : 'cutAfter') : undefined,
      });
      const { zk } = world.client();
      counter(zk, '/c').add(5).subscribe();
      world.after(50);
      counter(zk, '/c')
        .add(1)
        .subscribe({
          error: ({ code, effect }: { code: string; effect: string }) => world.log.push(`${code} ${effect}`),
        });
      expect([world.after(2000), String(world.server.tree().get('/c')?.data)]).toEqual([
        ['CONNECTION_LOST unknown'],
        when === 'before' ? '5' : '6',
      ]);
    }
  );
});
