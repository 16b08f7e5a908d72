import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Endpoint, formatEndpoint } from '../../../lib/core/endpoint.js';
import { UsageError } from '../../../lib/core/errors.js';
import { ServerRotation } from '../../../lib/zookeeper/session/serverRotation.js';

const ensemble = (...ids: number[]): Endpoint[] => ids.map((id) => ({ host: `zk${id}`, port: 2181 }));
const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const names = (endpoints: readonly Endpoint[]) => endpoints.map(({ host }) => host);
const take = (hosts: ServerRotation, count: number) => names(Array.from({ length: count }, () => hosts.next()));

/** A small seeded generator (mulberry32). */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('Hosts', () => {
  it('goes round in an order of its own, and names every server once a round', () => {
    const hosts = new ServerRotation(ensemble(1, 2, 3, 4, 5), seeded(1));
    const first = take(hosts, 5);
    expect([...first].sort()).toEqual(['zk1', 'zk2', 'zk3', 'zk4', 'zk5']);
    expect(take(hosts, 10)).toEqual([...first, ...first]);
  });

  it('has every order come up as often as any other', () => {
    const random = seeded(2);
    const counts = new Map<string, number>();
    for (let n = 0; n < 12_000; n++) {
      const order = take(new ServerRotation(ensemble(1, 2, 3), random), 3).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it('counts a server that is named twice once', () => {
    expect(new ServerRotation([...ensemble(1, 2, 1), { host: 'zk1', port: 2182 }]).size).toBe(3);
  });

  it('needs a server, and leaves the list it was given as it is', () => {
    const list = Object.freeze(ensemble(1, 2, 3)) as Endpoint[];
    const hosts = new ServerRotation(list);
    expect(() => hosts.update(list, undefined)).not.toThrow();
    expect(() => new ServerRotation([])).toThrow(UsageError);
    expect(() => hosts.update([], undefined)).toThrow(expect.objectContaining({ argument: 'servers' }));
    expect(hosts.size).toBe(3);
  });

  describe('the attempts in vain', () => {
    /** Their count before each of so many attempts. */
    const counts = (hosts: ServerRotation, attempts: number) =>
      Array.from({ length: attempts }, () => {
        const { inVain } = hosts;
        hosts.next();
        return inVain;
      });

    it('are counted once every server has had its turn', () => {
      expect(counts(new ServerRotation(ensemble(1, 2, 3)), 8)).toEqual([0, 0, 0, 1, 2, 3, 4, 5]);
    });

    it('are counted from the first on at a single server', () => {
      expect(counts(new ServerRotation(ensemble(1)), 3)).toEqual([0, 1, 2]);
    });

    it('begin anew with a session, and count the server that was lost', () => {
      const hosts = new ServerRotation(ensemble(1, 2, 3));
      const home = take(hosts, 5)[4];
      expect(hosts.seeking).toBe(false); // no session yet: nothing was lost
      hosts.connected();
      expect([hosts.inVain, hosts.seeking]).toEqual([0, false]);
      take(hosts, 1);
      expect([hosts.inVain, hosts.seeking]).toEqual([0, true]);
      take(hosts, 1);
      expect(hosts.inVain).toBe(1); // a wait, before
      expect(take(hosts, 1)).toEqual([home]); // the one that was lost
    });

    it('include a lone server that was lost', () => {
      const hosts = new ServerRotation(ensemble(1));
      hosts.next();
      hosts.connected();
      expect(hosts.inVain).toBe(1);
    });

    it('begin anew with another list, in which every server has its turn before the first wait', () => {
      const hosts = new ServerRotation(ensemble(1, 2));
      take(hosts, 5);
      hosts.update(ensemble(3, 4, 5), undefined);
      expect(counts(hosts, 5)).toEqual([0, 0, 0, 1, 2]);
    });
  });

  describe('update', () => {
    /** A client that is connected to `id`. */
    function connectedTo(id: number, servers: Endpoint[], random = seeded(id)): ServerRotation {
      const hosts = new ServerRotation(servers, random);
      while (hosts.next().host !== `zk${id}`);
      hosts.connected();
      return hosts;
    }

    it('stays where it is when the same servers come in another order', () => {
      const hosts = connectedTo(2, ensemble(1, 2, 3));
      expect(hosts.update(ensemble(3, 2, 1), ensemble(2)[0])).toBe(false);
    });

    it('stays where it is when other servers go', () => {
      const hosts = connectedTo(2, ensemble(1, 2, 3));
      expect(hosts.update(ensemble(2), ensemble(2)[0])).toBe(false);
      expect(take(hosts, 2)).toEqual(['zk2', 'zk2']);
    });

    it('goes on from its own server when that stays', () => {
      for (let seed = 0; seed < 20; seed++) {
        const hosts = connectedTo(2, ensemble(1, 2, 3, 4), seeded(seed));
        hosts.update(ensemble(1, 2, 3), ensemble(2)[0]);
        expect(take(hosts, 3)[2]).toBe('zk2'); // last, because it is the one that was lost
      }
    });

    it('leaves a server that is not on the list, even for a list with nothing of the old', () => {
      const hosts = connectedTo(2, ensemble(1, 2, 3));
      expect(hosts.update(ensemble(1, 3), ensemble(2)[0])).toBe(true);
      expect(take(hosts, 2).sort()).toEqual(['zk1', 'zk3']);
      const other = connectedTo(2, ensemble(1, 2, 3));
      expect(other.update(ensemble(7, 8), ensemble(2)[0])).toBe(true);
      expect(take(other, 2).sort()).toEqual(['zk7', 'zk8']);
    });

    it('tells servers on different ports of a host apart', () => {
      const hosts = new ServerRotation([{ host: 'zk', port: 1 }], seeded(1));
      hosts.next();
      hosts.connected();
      expect(hosts.update([{ host: 'zk', port: 2 }], { host: 'zk', port: 1 })).toBe(true);
    });

    it('prefers new servers when it moves to a larger list, and then tries the old', () => {
      for (let seed = 0; seed < 20; seed++) {
        const hosts = connectedTo(1, ensemble(1, 2), seeded(seed));
        expect(hosts.update(ensemble(2, 3, 4, 5), ensemble(1)[0])).toBe(true);
        const order = take(hosts, 4);
        expect([order.slice(0, 3).sort(), order[3]]).toEqual([['zk3', 'zk4', 'zk5'], 'zk2']);
      }
    });

    it('tries every server once while it moves, and then goes round', () => {
      fc.assert(
        fc.property(
          fc.integer(),
          fc.integer({ min: 1, max: 6 }),
          fc.integer({ min: 1, max: 6 }),
          fc.integer({ min: 1, max: 8 }),
          (seed, last, from, count) => {
            const hosts = connectedTo(1, ensemble(...ids(1, last)), seeded(seed));
            const after = ensemble(...ids(from, from + count - 1));
            if (!hosts.update(after, ensemble(1)[0])) return;
            expect(take(hosts, count).sort()).toEqual(names(after).sort());
            expect(take(hosts, count).sort()).toEqual(names(after).sort());
          }
        )
      );
    });

    it('no longer moves once it has a session', () => {
      const hosts = connectedTo(1, ensemble(1, 2));
      hosts.update(ensemble(2, 3, 4), ensemble(1)[0]);
      const [home] = take(hosts, 1);
      hosts.connected();
      expect(take(hosts, 3)[2]).toBe(home); // in the order of the list again: the last of a round
    });

    it('takes a server that was on no list for one that goes', () => {
      const hosts = connectedTo(1, ensemble(1, 2, 3));
      for (let times = 0; times < 2; times++) {
        expect(hosts.update(ensemble(1, 2, 3), { host: 'stranger', port: 1 })).toBe(true);
        expect(take(hosts, 3).sort()).toEqual(['zk1', 'zk2', 'zk3']);
        hosts.connected();
      }
    });
  });

  describe('balances the load', () => {
    const CLIENTS = 6000;
    const FIRST = seeded(4711);

    interface Client {
      readonly hosts: ServerRotation;
      server: Endpoint;
    }

    function population(servers: Endpoint[]): Client[] {
      return Array.from({ length: CLIENTS }, () => {
        const hosts = new ServerRotation(servers, seeded(Math.floor(FIRST() * 2 ** 32)));
        return { hosts, server: connect(hosts) };
      });
    }

    function connect(hosts: ServerRotation): Endpoint {
      const server = hosts.next();
      hosts.connected();
      return server;
    }

    /** Gives every client the new list; returns how many of them moved. */
    function change(clients: Client[], servers: Endpoint[]): number {
      let moved = 0;
      for (const client of clients) {
        if (!client.hosts.update(servers, client.server)) continue;
        client.server = connect(client.hosts);
        moved++;
      }
      return moved;
    }

    function expectEven(clients: Client[], servers: Endpoint[]) {
      const load = new Map(servers.map((server) => [formatEndpoint(server), 0]));
      for (const { server } of clients) load.set(formatEndpoint(server), load.get(formatEndpoint(server))! + 1);
      const fair = CLIENTS / servers.length;
      // NaN for a server off the list
      for (const count of load.values()) expect(Math.abs(count - fair)).toBeLessThan(5 * Math.sqrt(fair));
    }

    it.each<[string, number[], number[], number]>([
      ['grows', ids(1, 3), ids(1, 5), 2 / 5],
      ['grows by one', ids(1, 9), ids(1, 10), 1 / 10],
      ['shrinks', ids(1, 5), ids(1, 3), 2 / 5],
      ['shrinks to one', ids(1, 4), [2], 3 / 4],
      ['swaps a server', [1, 2, 3], [1, 2, 4], 1 / 3],
      ['is another altogether', [1, 2, 3], [4, 5, 6], 1],
      ['grows, but not without loss', [1, 2, 3], [3, 4, 5, 6, 7], 2 / 3 + (1 / 3) * (2 / 5)],
      ['shrinks, but not without gain', ids(1, 9), [1, 2, 3, 4, 10, 11, 12], 5 / 9],
      ['stays as it is', [1, 2, 3], [1, 2, 3], 0],
    ])('when the ensemble %s, and moves no more clients than that takes', (_, before, after, share) => {
      const clients = population(ensemble(...before));
      expectEven(clients, ensemble(...before));
      const moved = change(clients, ensemble(...after));
      expectEven(clients, ensemble(...after));
      expect(Math.abs(moved / CLIENTS - share)).toBeLessThan(0.03);
    });

    it('over a long history of changes', () => {
      const clients = population(ensemble(1, 2, 3));
      for (const servers of [ids(1, 5), [2, 3, 4, 5, 6], [5, 6], ids(5, 11), [1, 7, 8, 9], ids(1, 9), [9]]) {
        change(clients, ensemble(...servers));
        expectEven(clients, ensemble(...servers));
      }
    });

    it.each(['have dropped their links', 'are already trying another server', 'are still to drop their links'])(
      'when changes come faster than clients connect, and those that move %s',
      (state) => {
        const history = [ids(1, 6), ids(1, 9), ids(2, 9), [3, 4, 5, 9], [3, 4, 5, 20, 21, 22]];
        const clients = population(ensemble(1, 2, 3));
        for (const client of clients) {
          const { hosts } = client;
          let link: Endpoint | undefined = client.server;
          let trying: Endpoint | undefined;
          let moves = false;
          for (const servers of history) {
            moves = hosts.update(ensemble(...servers), link);
            if (!moves || state === 'are still to drop their links') continue;
            link = undefined;
            if (state === 'are already trying another server') trying = hosts.next();
          }
          if (link !== undefined && !moves) continue;
          client.server = trying ?? hosts.next();
          hosts.connected();
        }
        expectEven(clients, ensemble(...history.at(-1)!));
      }
    );
  });

  it('carries on with the server that it tries, or would try, when the list changes and keeps it', () => {
    for (let seed = 0; seed < 50; seed++) {
      const fresh = new ServerRotation(ensemble(1, 2, 3), seeded(seed));
      const first = take(new ServerRotation(ensemble(1, 2, 3), seeded(seed)), 1);
      expect(fresh.update(ensemble(1, 2, 3), undefined)).toBe(false);
      expect(take(fresh, 1)).toEqual(first);

      expect(fresh.update(ensemble(3, 2, 1), undefined)).toBe(false); // the attempt goes on
      expect(fresh.inVain).toBe(0);
      expect([...first, ...take(fresh, 2)].sort()).toEqual(['zk1', 'zk2', 'zk3']);
      expect(fresh.inVain).toBe(1);
    }
  });
});
