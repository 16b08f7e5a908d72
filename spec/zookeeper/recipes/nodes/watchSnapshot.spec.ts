import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OPEN_ACL, type WatchedSnapshot, watchSnapshot, utf8 } from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

const PARTS = [
  { path: '/a', codec: utf8 },
  { path: '/b', codec: utf8 },
] as const;
const line = ({ nodes, stale }: WatchedSnapshot<typeof PARTS>) =>
  `${nodes.map((node) => (node.kind === 'present' ? node.value : node.kind)).join(' ')}${stale ? ' (stale)' : ''}`;

/** A writer that keeps two nodes equal, by transactions, and a reader. */
function pair(version = '3.8.0') {
  const world = new VirtualWorld({ version });
  const [writer, reader] = [world.client({ serverVersion: version }), world.client({ serverVersion: version })];
  world.after(10);
  writer.zk.transaction().create('/a', Buffer.from('0')).create('/b', Buffer.from('0')).commit().subscribe();
  world.after(10);
  const write = (text: string) =>
    writer.zk
      .transaction()
      .set('/a', Buffer.from(text))
      .set('/b', Buffer.from(text))
      .commit()
      .subscribe({ error: () => undefined });
  return { world, writer, reader, write };
}

describe('nodes that belong together', () => {
  it('show as they were at one moment, now and after every change', () => {
    const { world, reader, write } = pair();
    world.watch('pair', watchSnapshot(reader.zk, PARTS), line);
    expect(world.after(20)).toEqual(['pair 0 0']);
    write('1');
    expect(world.after(20)).toEqual(['pair 1 1']);
    write('2');
    write('3');
    expect(world.after(20).at(-1)).toBe('pair 3 3');
  });

  it('never show as they never were, whatever happens', () => {
    const step = fc.tuple(
      fc.constantFrom('write', 'write', 'write', 'cut', 'heal', 'expire', 'drop'),
      fc.constantFrom(0, 1, 2, 3, 700)
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { world, reader, write } = pair();
        const shown: string[] = [];
        let last = 0;
        watchSnapshot(reader.zk, PARTS).subscribe(({ nodes: [a, b], zxid, stale }) =>
          shown.push(`${a.value} ${b.value} ${stale} ${zxid}`)
        );
        for (const [kind, wait] of steps) {
          if (kind === 'write') write(String(++last));
          if (kind === 'cut') reader.cut();
          if (kind === 'heal') reader.heal();
          if (kind === 'expire' && reader.zk.ticket.id !== 0n) world.server.expire(reader.zk.ticket.id);
          if (kind === 'drop') world.server.drop();
          world.time.advance(wait);
        }
        reader.heal();
        world.time.advance(30_000);
        const truth = String(world.server.tree().get('/a')!.data);
        for (const each of shown) expect(each.split(' ')[0]).toBe(each.split(' ')[1]);
        expect(shown.at(-1)).toMatch(new RegExp(`^${truth} ${truth} false`));
        shown.forEach((each, i) => expect(each).not.toBe(shown[i - 1]));
      }),
      { numRuns: 60 }
    );
  });

  it('keep their identity while they do not change, and are not shown again', () => {
    const { world, writer, reader } = pair();
    const all: WatchedSnapshot<typeof PARTS>[] = [];
    watchSnapshot(reader.zk, PARTS).subscribe((each) => all.push(each));
    world.after(20);
    writer.zk.set('/a', Buffer.from('9')).subscribe();
    writer.zk.create('/b/child', null).subscribe();
    world.after(20);
    expect(all.map(line)).toEqual(['0 0', '9 0']);
    expect(all[1]!.nodes[1]).toBe(all[0]!.nodes[1]);
    expect(all[1]!.nodes[0].value).toBe('9');
  });

  it('show that there is no such node, and that one may not be read', () => {
    const { world, writer, reader } = pair();
    writer.zk.addAuth('digest', Buffer.from('me:secret')).subscribe();
    writer.zk.create('/c', null, { acl: [{ permissions: 31, scheme: 'auth', id: '' }] }).subscribe();
    world.after(20);
    world.watch('three', watchSnapshot(reader.zk, ['/b', '/c', '/d']), ({ nodes }) =>
      nodes.map(({ kind }) => kind).join()
    );
    expect(world.after(20)).toEqual(['three present,denied,absent']);
    writer.zk.create('/d').subscribe();
    writer.zk.delete('/b').subscribe();
    expect(world.after(20).at(-1)).toBe('three absent,denied,present');
    world.after(100_000);
    writer.zk.setAcl('/c', OPEN_ACL).subscribe();
    expect(world.after(32_000)).toEqual(['three absent,present,present']);
  });

  it('are stale without a link, and afterwards what they are', () => {
    const { world, reader, write } = pair();
    world.watch('pair', watchSnapshot(reader.zk, PARTS), line);
    world.after(20);
    reader.cut();
    write('1');
    expect(world.after(3000)).toEqual(['pair 0 0 (stale)']);
    reader.heal();
    expect(world.after(3000)).toEqual(['pair 1 1']);
    world.server.drop();
    expect(world.after(3000)).toEqual(['pair 1 1 (stale)', 'pair 1 1']);
    world.server.expire(reader.zk.ticket.id);
    expect(world.after(3000)).toEqual(['pair 1 1 (stale)', 'pair 1 1']);
  });

  it('are waited for when there is no connection yet, and complete with their client', () => {
    const world = new VirtualWorld();
    void world.server.refuse();
    const { zk } = world.client();
    world.watch('pair', watchSnapshot(zk, PARTS), line);
    expect(world.after(3000)).toEqual([]);
    void world.server.accept();
    expect(world.after(5000)).toEqual(['pair absent absent']);
    void zk.close();
    expect(world.after(1000).at(-1)).toBe('pair |');
  });

  it('leave no watch behind', () => {
    const { world, reader, write } = pair();
    const subscription = watchSnapshot(reader.zk, PARTS).subscribe();
    world.after(20);
    subscription.unsubscribe();
    world.after(20);
    let events = 0;
    reader.zk.events$.subscribe(() => events++);
    write('1');
    world.after(20);
    expect(events).toBe(0);
  });

  it('need a server that can read several at one moment, and arguments that make sense', () => {
    const old = pair('3.5.9');
    old.world.watch('old', watchSnapshot(old.reader.zk, PARTS), line);
    expect(old.world.after(20)).toEqual(['old ! UNSUPPORTED']);
    const { world, reader } = pair();
    world.watch('path', watchSnapshot(reader.zk, ['a']));
    world.watch('codec', watchSnapshot(reader.zk, [{ path: '/a', codec: undefined as never }]));
    expect(world.after(20)).toEqual(['path ! USAGE', 'codec ! USAGE']);
  });

  it('show what the codec refuses as unreadable, go on, and keep what has not changed', () => {
    const { world, writer, reader, write } = pair();
    const shown: WatchedSnapshot<typeof PARTS>[] = [];
    watchSnapshot(reader.zk, PARTS).subscribe((now) => shown.push(now));
    world.after(20);
    writer.zk.set('/a', Buffer.from([0xff])).subscribe();
    world.after(20);
    const [a, b] = shown.at(-1)!.nodes;
    expect(a).toMatchObject({
      kind: 'unreadable',
      error: { code: 'BAD_VALUE', operation: 'watchSnapshot', path: '/a' },
      stat: { version: 1 },
    });
    expect(b).toBe(shown[0]!.nodes[1]);
    reader.cut();
    world.after(3000);
    expect(shown.at(-1)).toMatchObject({ stale: true, cause: { layer: 'transport' } });
    expect(shown.at(-1)!.nodes[0]).toBe(a);
    reader.heal();
    write('7');
    world.after(3000);
    expect(shown.at(-1)).toMatchObject({ stale: false, nodes: [{ value: '7' }, { value: '7' }] });
    expect(shown.at(-1)).not.toHaveProperty('cause');
  });
});
