import { beforeEach, describe, expect, it } from '@jest/globals';
import { NEVER, Observable, throwError } from 'rxjs';
import { ConnectError } from '../../../lib/core/errors.js';
import type { Link, Transport } from '../../../lib/core/link.js';
import { seededRandom } from '../../../lib/testing/proxy/seededRandom.js';
import type { ConnectOptions } from '../../../lib/zookeeper/options.js';
import { scriptedClients } from '../../helpers/scriptedClients.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

const T = 6000;

let { time, peer, client } = scriptedClients();
beforeEach(() => void ({ time, peer, client } = scriptedClients()));

/** How many sessions of so many are lost when the server is away for so long, answering dials meanwhile in this way. */
function lostOf(
  count: number,
  away: (random: () => number) => number,
  dial: 'refused' | 'hanging',
  options: ConnectOptions = {}
): number {
  let lost = 0;
  for (let seed = 1; seed <= count; seed++) {
    const random = seededRandom(seed);
    const world = new VirtualWorld();
    const direct = world.server.transport({ latency: 1 });
    const links = new Set<() => void>();
    let up = true;
    const transport: Transport = (endpoint) => {
      if (!up) return dial === 'hanging' ? NEVER : throwError(() => new ConnectError('refused'));
      return new Observable<Link>((subscriber) => {
        const subscription = direct(endpoint).subscribe(subscriber);
        const sever = () => (subscription.unsubscribe(), subscriber.error(new ConnectError('cut')));
        links.add(sever);
        return () => (links.delete(sever), subscription.unsubscribe());
      });
    };
    const { zk } = world.client({
      transport,
      sessionTimeout: T,
      random,
      connectTimeout: undefined as never,
      ...options,
    });
    zk.expired$.subscribe(() => lost++);
    world.after(3000 + random() * 3000);
    up = false;
    for (const sever of [...links]) sever();
    world.after(away(random));
    up = true;
    world.after(10_000);
  }
  return lost;
}

describe('the waits between dials', () => {
  it.each<['refused' | 'hanging']>([['refused'], ['hanging']])(
    'lose no session whose server comes back in time, when dials are %s meanwhile',
    (dial) => {
      expect(lostOf(100, (random) => 2000 + random() * 1700, dial)).toBe(0); // a ping may be 2000 ms old
    }
  );

  it('lose none with waits that are longer than the session', () => {
    expect(lostOf(50, (random) => 2000 + random() * 1700, 'refused', { backoff: { min: 5000, max: 20_000 } })).toBe(0);
  });

  it('leave a try until shortly before the end, and make no more than a few', () => {
    peer.dialled().connects({ timeout: T });
    client('a', { random: () => 0.999, backoff: { min: 5000, max: 5000 } });
    time.advance(10);
    for (let i = 0; i < 50; i++) peer.refuses();
    peer.current.ends();
    time.advance(T - 11);
    const dials = peer.dials.slice(1);
    expect(dials.length).toBeLessThan(10);
    expect(T - dials.at(-1)!).toBeLessThan(110);
    time.advance(60_000);
    expect(peer.dials.length).toBeLessThan(25); // without a session, the waits are the usual ones
  });
});

describe('a dial that hangs', () => {
  it('leaves time for every other server before the session is over, whatever connectTimeout is', () => {
    peer.dialled().connects({ timeout: T });
    const { states } = client('a,b,c,d', { connectTimeout: 10_000 });
    time.advance(10);
    for (let i = 0; i < 3; i++) peer.refuses('never');
    peer.dialled().connects({ timeout: T });
    peer.current.ends();
    time.advance(T);
    expect(states.map((state) => state.split(' ')[1])).toEqual(['connecting', 'connected', 'suspended', 'connected']);
    expect(new Set(peer.endpoints.slice(1).map(({ host }) => host)).size).toBe(4);
  });

  it('takes what connectTimeout says while there is no session to lose', () => {
    peer.refuses('never');
    client('a,b', { connectTimeout: 8000, sessionTimeout: T });
    time.advance(7999);
    expect(peer.leavings).toEqual([]);
    time.advance(1);
    expect(peer.leavings).toEqual([8000]);
  });
});
