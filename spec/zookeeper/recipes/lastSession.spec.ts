import { describe, expect, it } from '@jest/globals';
import { NEVER, concat, of, retry } from 'rxjs';
import { consume, elect, enqueue, lock, persistentNode, semaphore } from '../../../lib/index.js';
import type { ZooKeeper } from '../../../lib/index.js';
import type { ZooKeeperFault } from '../../../lib/testing/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

/** Calls `held` with the transaction that made a node of ours, whenever it is ours. */
type Hold = (zk: ZooKeeper, held: (czxid: bigint) => void, world: VirtualWorld) => void;

const HOLDS: Readonly<Record<string, Hold>> = {
  'a lock': (zk, held) =>
    void lock(zk, '/r')
      .pipe(retry())
      .subscribe(({ token }) => held(token)),
  'a semaphore': (zk, held) =>
    void semaphore(zk, '/r', 1)
      .pipe(retry())
      .subscribe(({ token }) => held(token)),
  'an election': (zk, held) => void elect(zk, '/r').subscribe((now) => now.role === 'leader' && held(now.lease.token)),
  'a persistent node': (zk, held) => void persistentNode(zk, '/r').subscribe(held),
  'an item': (zk, held, { server }) => {
    consume(zk, '/queue', () => concat(of('taken'), NEVER)).subscribe(() => {
      for (const [path, { stat }] of server.tree('/queue/taken')) if (path !== '/queue/taken') held(stat.czxid);
    });
  },
};
/** The link ends at one of so many first requests. */
const FIRST = 20;

/** A server that gives a client another session after a lost link, and keeps the one before until it expires. */
describe.each(Object.keys(HOLDS))('%s, when the link is lost and another session follows', (name) => {
  it.each(['cut', 'cutAfter'] as const)('is never held by a node of the session before: %s', (fault) => {
    for (let at = 0; at < FIRST; at++) {
      let left = Infinity;
      const strike = (operation: string): ZooKeeperFault | undefined =>
        operation !== 'ping' && operation !== 'closeSession' && left-- === 0 ? fault : undefined;
      const world = new VirtualWorld({
        profile: 'clickhouse-keeper',
        faults: ({ operation }) => strike(operation),
      });
      const { zk: other, leave } = world.client({ capabilities: [] });
      enqueue(other, '/queue', null).subscribe();
      world.after(100);
      leave();
      world.after(100);
      left = at;
      // the link is back before a request is sent again
      const { zk } = world.client({ capabilities: [], backoff: { min: 1, max: 1 } });
      const id = () => (zk.state.kind === 'connected' ? zk.state.id : undefined);
      const holds: { owner: bigint | undefined; session: bigint | undefined }[] = [];
      const hold = (czxid: bigint) => {
        const node = [...world.server.tree().values()].find(({ stat }) => stat.czxid === czxid);
        holds.push({ owner: node?.stat.ephemeralOwner, session: id() });
      };
      HOLDS[name]!(zk, hold, world);
      world.after(30_000);
      expect([at, holds.filter(({ owner, session }) => owner !== session)]).toEqual([at, []]);
      expect([at, holds.at(-1)?.session]).toEqual([at, id()]);
    }
  });
});
