import { beforeEach, describe, expect, it } from '@jest/globals';
import { joinParty, watchParty } from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

describe('a party', () => {
  it('shows who is there, with what they say', () => {
    const [a, b, c] = [world.client(), world.client(), world.client()];
    world.watch('party', watchParty(c.zk, '/party'), (members) =>
      members
        .map(({ data }) => String(data))
        .sort()
        .join()
    );
    world.watch('a', joinParty(a.zk, '/party', { data: Buffer.from('ann') }), () => 'in');
    world.after(100);
    world.watch('b', joinParty(b.zk, '/party', { data: Buffer.from('bob') }), () => 'in');
    world.after(100);
    world.server.expire(b.zk.ticket.id);
    world.after(1000);
    a.leave();
    expect(world.after(100).filter((line) => line.startsWith('party'))).toEqual(['party bob']);
  });
});
