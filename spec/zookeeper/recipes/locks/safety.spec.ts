import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { retry, timer } from 'rxjs';
import { type Lease, consume, counter, elect, enqueue, lock } from '../../../../lib/index.js';
import { befall, lawfulMisfortunes, misfortunes, settle } from '../../../helpers/misfortunes.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

describe('whatever happens to links, sessions and the server', () => {
  it.each(['lock', 'elect'] as const)(
    'at most one client holds a lease at a time, tokens only grow, and in the end somebody holds it: %s',
    (recipe) => {
      fc.assert(
        fc.property(lawfulMisfortunes, (events) => {
          const world = new VirtualWorld();
          const clients = [world.client(), world.client(), world.client()];
          const leases: Lease[] = [];
          let highest = 0n;
          const hold = (lease: Lease) => {
            if (!leases.includes(lease)) leases.push(lease);
          };
          for (const { zk } of clients) {
            if (recipe === 'lock')
              lock(zk, '/l')
                .pipe(retry({ delay: () => timer(200, world.time) }))
                .subscribe(hold);
            else
              elect(zk, '/l')
                .pipe(retry({ delay: () => timer(200, world.time) }))
                .subscribe((now) => now.role === 'leader' && hold(now.lease));
          }
          const check = () => {
            const valid = leases.filter((lease) => lease.valid);
            if (valid.length > 1) throw new Error(`${valid.length} leases are valid`);
            const { token = highest } = valid[0] ?? {};
            if (token < highest) throw new Error(`the token ${token} comes after ${highest}`);
            highest = token;
          };
          for (const event of events) befall(world, clients, event, check);
          settle(world, clients);
          check();
          expect(leases.filter((lease) => lease.valid).length).toBe(1);
          expect(world.children('/l').length).toBe(3); // nobody has left a node behind
        }),
        { numRuns: 30 }
      );
    }
  );

  it('a write that goes through a lease is never made by one who has lost it', () => {
    fc.assert(
      fc.property(misfortunes, (events) => {
        const world = new VirtualWorld();
        const clients = [world.client(), world.client(), world.client()];
        const tokens: bigint[] = []; // of the writes that were made, in their order
        for (const { zk } of clients) {
          lock(zk, '/l')
            .pipe(retry({ delay: () => timer(200, world.time) }))
            .subscribe((lease) => {
              const write = () => {
                lease
                  .transaction()
                  .create('/log-', Buffer.from(String(lease.token)), { mode: 'persistentSequential' })
                  .commit()
                  .subscribe({ error: () => undefined });
                // whatever it believes: it is the server that refuses
                if (zk.state.kind !== 'closed' && world.time.now() < 70_000) world.time.schedule(write, 100);
              };
              write();
            });
        }
        for (const event of events) befall(world, clients, event, () => undefined);
        settle(world, clients);
        for (const [path, { data }] of [...world.server.tree()].sort(([a], [b]) => (a < b ? -1 : 1)))
          if (path.startsWith('/log-')) tokens.push(BigInt(String(data)));
        expect(tokens).toEqual([...tokens].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
      }),
      { numRuns: 15 }
    );
  });

  it('a counter counts what was acknowledged, and at most what is in doubt besides', () => {
    fc.assert(
      fc.property(misfortunes, (events) => {
        const world = new VirtualWorld();
        const clients = [world.client(), world.client(), world.client()];
        let acknowledged = 0;
        let doubtful = 0;
        const check = () => {
          for (const { zk } of clients)
            counter(zk, '/c')
              .add(1)
              .subscribe({
                next: () => acknowledged++,
                error: ({ effect }: { effect: string }) => effect === 'unknown' && doubtful++,
              });
        };
        for (const event of events) befall(world, clients, { ...event, wait: Math.min(event.wait, 300) }, check);
        settle(world, clients);
        const sum = Number(String(world.server.tree().get('/c')?.data ?? 0));
        expect(sum).toBeGreaterThanOrEqual(acknowledged);
        expect(sum).toBeLessThanOrEqual(acknowledged + doubtful);
      }),
      { numRuns: 15 }
    );
  });

  it('a queue loses nothing', () => {
    fc.assert(
      fc.property(misfortunes, (events) => {
        const world = new VirtualWorld();
        const clients = [world.client(), world.client(), world.client()];
        const done: string[] = [];
        const { zk } = world.client();
        for (let i = 0; i < 12; i++) enqueue(zk, '/q', Buffer.from(String(i))).subscribe();
        world.time.advance(50);
        for (const client of clients) {
          consume(client.zk, '/q', (item) => [String(item.data)])
            .pipe(retry({ delay: () => timer(200, world.time) }))
            .subscribe((item) => done.push(item));
        }
        for (const event of events) befall(world, clients, event, () => undefined);
        settle(world, clients);
        expect(new Set(done).size).toBe(12);
        expect([world.children('/q/entries'), world.children('/q/taken')]).toEqual([[], []]);
      }),
      { numRuns: 15 }
    );
  });
});
