import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Observable } from 'rxjs';
import * as q from '../../../lib/index.js';
import { RECIPES } from '../../helpers/everyRecipe.js';
import { type VirtualClient, VirtualWorld } from '../../helpers/virtualWorld.js';

/** How a client ends that is not closed, and what is heard of it. */
const ENDS: Readonly<Record<string, { readonly code: string; readonly end: (client: VirtualClient) => void }>> = {
  'its session expires on the server': { code: 'EXPIRED', end: ({ zk }) => world.server.expire(zk.ticket.id) },
  'no server is reached for as long as its session lasts': { code: 'EXPIRED', end: ({ cut }) => cut() },
  'a server refuses its identity': {
    code: 'AUTH_FAILED',
    end: ({ zk }) => void zk.addAuth('no-such-scheme', Buffer.from('x')).subscribe({ error: () => undefined }),
  },
};

let world: VirtualWorld;
let uncaught: jest.Mock;
beforeEach(() => {
  world = new VirtualWorld();
  uncaught = jest.fn();
  process.on('uncaughtException', uncaught);
});
afterEach(() => {
  process.off('uncaughtException', uncaught);
  expect(uncaught).not.toHaveBeenCalled();
});

/**
 * What is heard of a lease that runs out before its session does; and of one who tries again, until that is of no use.
 */
const heard = (recipe: string, code: string, end: string) =>
  recipe.endsWith('retry')
    ? 'it |'
    : `it ! ${/lock(?!.*again)|semaphore/i.test(recipe) && end.startsWith('no server') ? 'LEASE_LOST' : code}`;

const last = () =>
  world
    .after(15_000)
    .filter((line) => line.startsWith('it'))
    .at(-1);

describe.each(Object.entries(RECIPES))(
  '%s, with a client for which no session follows',
  (recipe, { make, rival, ends }) => {
    it.each(Object.entries(ENDS))('errors with what has ended it, held or waiting: %s', (how, { code, end }) => {
      const held = world.client({ onExpiry: 'error' });
      world.after(50);
      world.watch('it', make(held.zk), () => '');
      if (!world.after(500).includes('it |')) {
        end(held);
        expect(['held', last()]).toEqual(['held', heard(recipe, code, how)]);
      }
      if (rival === undefined) return;
      const [other, waiting] = [world.client(), world.client({ onExpiry: 'error' })];
      world.after(50);
      const holding = rival(other.zk).subscribe();
      world.after(500);
      world.watch('it', make(waiting.zk), () => '');
      world.after(500);
      end(waiting);
      expect(['waiting', last()]).toEqual(['waiting', heard(recipe, code, /multiLock/.test(recipe) ? how : '')]);
      holding.unsubscribe();
    });

    it.each(Object.entries(ENDS))(
      'comes to an end too when it is asked for afterwards, and never says that the client was closed: %s',
      (_, { code, end }) => {
        const client = world.client({ onExpiry: 'error' });
        world.after(50);
        end(client);
        world.after(15_000);
        world.watch('it', make(client.zk), () => '');
        expect(ends === 'completes' ? ['it |', `it ! ${code}`] : [`it ! ${code}`]).toContain(last());
      }
    );
  }
);

describe('one change, that waits when no session follows', () => {
  const CHANGES: Readonly<Record<string, (zk: q.ZooKeeper) => Observable<unknown>>> = {
    update: (zk) => q.update(zk, '/a', () => null),
    copy: (zk) => q.copyTree(zk, '/a', '/b'),
    'counter.add': (zk) => q.counter(zk, '/a').add(1),
    'node.set': (zk) => q.typedNode(zk, '/a', q.utf8).set('x'),
    'barrier.raise': (zk) => q.barrier(zk, '/a').raise(),
    enqueue: (zk) => q.enqueue(zk, '/a', null),
    'simpleQueue.put': (zk) => q.simpleQueue(zk, '/a').put(null),
    revoke: (zk) => q.revoke(zk, '/a/lock-0000000001'),
  };
  it.each(Object.entries(CHANGES))('errors with EXPIRED, and not with CLOSED: %s', (_, change) => {
    const { zk, cut } = world.client({ onExpiry: 'error' });
    world.after(50);
    cut();
    world.after(3000);
    world.watch('it', change(zk), () => '');
    expect(last()).toBe('it ! EXPIRED');
  });
});

describe('the states of a client for which no session follows', () => {
  it('name what has ended it', () => {
    const { zk } = world.client({ onExpiry: 'error' });
    world.watch(
      'state',
      zk.state$,
      (state) => `${state.kind} ${'cause' in state ? (state.cause as { code: string }).code : ''}`
    );
    world.after(50);
    world.server.expire(zk.ticket.id);
    expect(
      world
        .after(1000)
        .filter((line) => line.startsWith('state'))
        .slice(-3)
    ).toEqual(['state lost EXPIRED', 'state closed EXPIRED', 'state |']);
  });

  it('name nothing where it was closed, or where another follows', () => {
    const { zk, leave } = world.client();
    const seen: q.SessionState[] = [];
    zk.state$.subscribe((state) => seen.push(state));
    world.after(50);
    world.server.expire(zk.ticket.id);
    world.after(1000);
    leave();
    expect(seen.filter(({ kind }) => kind === 'lost' || kind === 'closed').map((state) => 'cause' in state)).toEqual([
      false,
      false,
    ]);
  });
});
