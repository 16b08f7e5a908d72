import { describe, expect, it } from '@jest/globals';
import { type Arakoon, connect } from '../../../lib/arakoon/index.js';
import { arakoonInMemory } from '../../../lib/testing/index.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

/** A client of a cluster of one, which takes in so many connections. */
function world(room: number) {
  const time = new VirtualTime();
  const server = arakoonInMemory({ scheduler: time, maxConnections: room, entries: { x: '1' } });
  const transport = server.transport({ latency: 1 });
  let arakoon!: Arakoon;
  connect(server.cluster, { transport, scheduler: time, random: () => 0.5 }).subscribe((it) => (arakoon = it));
  time.advance(50);
  const ends: string[] = [];
  const ask = () => {
    const begun = time.now();
    const note = (name: string) => ({
      next: () => ends.push(`${name} ${time.now() - begun < 5000}`),
      error: ({ code }: { code: string }) => ends.push(`${name} ${code}`),
    });
    arakoon.get('x').subscribe(note('get'));
    arakoon.get('x', { consistency: 'none' }).subscribe(note('anywhere'));
    arakoon.get('x', { consistency: 'none', node: 'arakoon_0' }).subscribe(note('named'));
    for (let i = 0; i < 6; i++) arakoon.set('y', Buffer.from('1')).subscribe(note('set'));
  };
  return { time, server, ends, ask, transport };
}

const ALL = ['anywhere true', 'get true', 'named true', ...Array<string>(6).fill('set true')];

describe('a client whose server has little room left', () => {
  it.each([1, 2, 3, 4, 5, 6])('does everything over the connections that stand: %i of them', (room) => {
    const { time, server, ends, ask } = world(room);
    for (let i = 0; i < 5; i++) {
      ask();
      time.advance(6000);
      expect([i, ends.splice(0).sort()]).toEqual([i, ALL]);
    }
    expect(server.connections()).toBeLessThanOrEqual(room);
    ask();
    time.advance(200);
    expect(ends.splice(0).sort()).toEqual(ALL); // soon, once it is known
  });

  it('asks who is master over another connection, when that for such questions is lost and cannot be had again', () => {
    const { time, server, ends, ask, transport } = world(3);
    ask();
    time.advance(6000);
    ends.length = 0;
    // somebody else takes what becomes free
    server.drop();
    const [host, port] = server.cluster.nodes['arakoon_0']![0]!.split(':') as [string, string];
    for (let i = 0; i < 2; i++) transport({ host, port: Number(port) }).subscribe(({ chunk$ }) => chunk$.subscribe());
    time.advance(10_000);
    ask();
    time.advance(6000);
    expect(ends.sort()).toEqual(ALL);
  });
});
