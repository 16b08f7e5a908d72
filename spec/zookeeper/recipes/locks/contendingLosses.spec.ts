import { beforeEach, describe, expect, it } from '@jest/globals';
import { CONTENTIONS } from '../../../helpers/contending.js';
import { type VirtualClient, VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

const SILENCE = 2667; // two thirds of the timeout: then a client notices that nothing is heard
const T = 4000;

describe.each(CONTENTIONS)('%s', (_, { contend, rival, loss }) => {
  const lost = (name: string) => (loss === undefined ? [] : [`${name} ! ${loss}`]);
  /** Takes it, or joins the line. */
  const join = (name: string, { zk }: VirtualClient, how = contend) => {
    const subscription = world.watch(name, how(zk, '/l'));
    world.time.advance(20);
    return subscription;
  };
  const nodeOf = ({ zk }: VirtualClient) =>
    [...world.server.tree('/l')].find(([, { stat }]) => stat.ephemeralOwner === zk.ticket.id)?.[0] ?? 'none';

  it('that is waited for keeps its place in line over a link that is lost, be it noticed or not', () => {
    const [a, b] = [world.client(), world.client()];
    const first = join('a', a, rival);
    join('b', b);
    const place = nodeOf(b);
    world.server.drop();
    world.after(500);
    b.cut();
    world.after(3000);
    b.heal();
    expect([world.after(2000), nodeOf(b)]).toEqual([[], place]);
    first.unsubscribe();
    expect(world.after(20)).toEqual(['b held']);
  });

  it('that is waited for is held after the link was lost, if those before went meanwhile', () => {
    const [a, b] = [world.client(), world.client()];
    const first = join('a', a, rival);
    join('b', b);
    b.cut();
    first.unsubscribe();
    world.after(3000);
    b.heal();
    expect(world.after(1000)).toEqual(['b held']);
  });

  it('that is waited for is lost with the session', () => {
    const [a, b] = [world.client(), world.client()];
    join('a', a, rival);
    join('b', b);
    world.after(0);
    world.server.expire(b.zk.ticket.id);
    expect([world.after(2000), world.children('/l').length]).toEqual([lost('b'), loss === undefined ? 2 : 1]);
  });

  it('is lost half a timeout after the last proof, before the next one has it', () => {
    const [a, b] = [world.client(), world.client()];
    join('a', a);
    join('b', b, rival);
    world.after(SILENCE);
    a.cut();
    expect(world.after(T / 2)).toEqual(lost('a'));
    expect(world.after(T)).toEqual(['b held']);
  });

  it('is lost with the session, and goes on to the next', () => {
    const [a, b] = [world.client(), world.client()];
    join('a', a);
    join('b', b, rival);
    world.after(0);
    world.server.expire(a.zk.ticket.id);
    expect(world.after(2000).sort()).toEqual([...lost('a'), 'b held'].sort());
  });

  it.each(['held', 'waited for'] as const)('is lost when its node is deleted while it is %s', (when) => {
    const [a, b] = [world.client(), world.client()];
    if (when === 'waited for') join('b', b, rival);
    join('a', a);
    world.after(0);
    b.zk.delete(nodeOf(a)).subscribe();
    expect(world.after(100)).toEqual(loss === undefined && when === 'held' ? ['a held'] : lost('a'));
  });

  it('is lost when its node is deleted while it is being proved', () => {
    let slow = false;
    world = new VirtualWorld({
      faults: ({ operation }) => (operation === 'multi' && slow ? { delay: 50 } : undefined),
    });
    const [a, b] = [world.client(), world.client()];
    join('a', a);
    world.after(985);
    slow = true;
    world.after(20); // a proof is under way
    b.zk.delete(nodeOf(a)).subscribe();
    expect(world.after(200)).toEqual(loss === undefined ? ['a held'] : lost('a'));
  });

  it('is kept when a proof goes astray, and the next one does not', () => {
    let proofs = 0;
    world = new VirtualWorld({
      faults: ({ operation }) => (operation === 'multi' && proofs++ % 3 === 1 ? { delay: 150 } : undefined),
    });
    const a = world.client();
    world.watch('a', contend(a.zk.with({ timeout: 100 }), '/l'));
    expect([world.after(10_000), proofs >= 12]).toEqual([['a held'], true]);
  });

  it('goes to the last one, once, when both before it go, whatever the order and whenever the second does', () => {
    for (const order of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      for (let ms = 0; ms < 12; ms++) {
        world = new VirtualWorld();
        const [a, b, c] = [world.client(), world.client(), world.client()];
        const before = { a: join('a', a, rival), b: join('b', b, rival) };
        join('c', c);
        world.after(0);
        before[order[0]].unsubscribe();
        world.after(ms);
        before[order[1]].unsubscribe();
        expect([order, ms, world.after(100), world.children('/l').length]).toEqual([order, ms, ['c held'], 1]);
      }
    }
  });

  it('goes to nobody as long as somebody earlier stands, although those in between go, one after the other', () => {
    const [a, b, c, d] = [world.client(), world.client(), world.client(), world.client()];
    const [first, ...others] = [join('a', a, rival), join('b', b, rival), join('c', c, rival)];
    join('d', d);
    world.after(0);
    for (const other of others.reverse()) {
      other.unsubscribe();
      expect(world.after(200)).toEqual([]);
    }
    first.unsubscribe();
    expect(world.after(20)).toEqual(['d held']);
  });

  it('goes to the next also when the one before is lost while we look', () => {
    const [a, b, c] = [world.client(), world.client(), world.client()];
    const [, second] = [join('a', a, rival), join('b', b, rival)];
    join('c', c);
    world.after(0);
    second.unsubscribe();
    world.after(2); // the event is there, and what it leads to is on its way
    world.server.expire(a.zk.ticket.id);
    expect(world.after(1000).filter((line) => line.startsWith('c'))).toEqual(['c held']);
  });
});
