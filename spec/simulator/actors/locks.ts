import { NEVER, concat, finalize, merge, takeUntil, timer } from 'rxjs';
import {
  type Lease,
  type MultiLease,
  lock,
  multiLock,
  readWriteLock,
  revoke,
  semaphore,
  watchContenders,
  whileHeld,
} from '../../../lib/index.js';
import type { Actor, Fact, Law } from '../../../lib/testing/index.js';
import { again, atEndOfLife, refused, waitsFor } from './goingOn.js';
import { contendedFor, vandalized, working } from './leases.js';
import { begins, inTurn } from './turns.js';

export const locker: Actor = {
  name: 'locker',
  start(stage) {
    contendedFor(stage, '/lock');
    inTurn(stage, { what: 'a lock', store: 'zk', path: '/lock' }, () =>
      lock(stage.zk, '/lock').pipe(begins((lease) => working(stage, '/lock', lease)))
    );
  },
};

export const kazooLocker: Actor = {
  name: 'kazoo locker',
  start(stage) {
    contendedFor(stage, '/kazoo');
    const patience = stage.pick([undefined, 0, 700, 3000]);
    inTurn(stage, { what: 'a lock of kazoo', store: 'zk', path: '/kazoo' }, () =>
      lock(stage.zk, '/kazoo', { layout: 'kazoo', ...(patience !== undefined && { timeout: patience }) }).pipe(
        begins((lease) => working(stage, '/kazoo', lease))
      )
    );
  },
};

export const readWriteLocker: Actor = {
  name: 'read-write locker',
  start(stage) {
    contendedFor(stage, '/read-write');
    const { read$, write$ } = readWriteLock(stage.zk, '/read-write');
    inTurn(stage, { what: 'a side of a read-write lock', store: 'zk', path: '/read-write' }, () => {
      const reads = stage.random() < 0.6;
      return (reads ? read$ : write$).pipe(
        begins((lease) => working(stage, '/read-write', lease, reads ? { together: Infinity } : {}))
      );
    });
  },
};

export const semaphoreUser: Actor = {
  name: 'semaphore user',
  start(stage) {
    contendedFor(stage, '/semaphore');
    inTurn(stage, { what: 'a place in a semaphore', store: 'zk', path: '/semaphore' }, () =>
      semaphore(stage.zk, '/semaphore', 2).pipe(begins((lease) => working(stage, '/semaphore', lease, { together: 2 })))
    );
  },
};

export const multiLocker: Actor = {
  name: 'multi-locker',
  start(stage) {
    const paths = ['/multi/a', '/multi/b', '/multi/c'];
    for (const path of paths) contendedFor(stage, path);
    inTurn(stage, { what: 'several locks', store: 'zk', path: '/multi' }, () => {
      const some = paths.filter(() => stage.random() < 0.7).reverse();
      const make = (held: MultiLease) =>
        merge(
          ...held.leases.map((lease) =>
            working(stage, lease.path.slice(0, lease.path.lastIndexOf('/')), lease, {}, held)
          )
        );
      return multiLock(stage.zk, some.length > 0 ? some : paths).pipe(begins(make));
    });
  },
};

/** Takes a lock that it has already; where somebody has come in between, gives up. */
export const reentrantLocker: Actor = {
  name: 'reentrant locker',
  start(stage) {
    contendedFor(stage, '/reentrant');
    const holding = { who: stage.process };
    const inner$ = lock(stage.zk, '/reentrant', { reentrant: true, timeout: 1500 }).pipe(
      begins((lease) => working(stage, '/reentrant', lease, holding))
    );
    inTurn(stage, { what: 'a reentrant lock', store: 'zk', path: '/reentrant' }, () =>
      lock(stage.zk, '/reentrant', { reentrant: true }).pipe(
        begins((lease) => concat(working(stage, '/reentrant', lease, holding), inner$))
      )
    );
  },
};

/** Works for a moment whenever it has the lock, and contends again by itself, after losses too. */
export const returningLocker: Actor = {
  name: 'returning locker',
  start(stage) {
    contendedFor(stage, '/returning');
    const wait = () => waitsFor(stage, 'another turn with a lock');
    let got = wait();
    let left = false;
    const turn = (lease: Lease) => {
      got();
      if (stage.world.ending) stage.after(0, () => subscription.unsubscribe());
      const done$ = timer(stage.pick([0, stage.between(1, 2000)]), stage.scheduler);
      return working(stage, '/returning', lease).pipe(
        takeUntil(done$),
        finalize(() => void (!left && !stage.world.ending && (got = wait())))
      );
    };
    const subscription = stage.follow(lock(stage.zk, '/returning').pipe(whileHeld(turn, { again: true })));
    subscription.add(() => ((left = true), got()));
  },
};

/** Holds a lock for as long as nobody wants it back; and asks whoever has it, when it waits itself. */
export const revoker: Actor = {
  name: 'revoker',
  start(stage) {
    const own = { process: stage.process.name, heldAt: -Infinity };
    stage.get(revocable).add(own);
    atEndOfLife(stage, () => stage.get(revocable).delete(own));
    again(
      stage,
      () =>
        lock(stage.zk, '/revocable').pipe(
          whileHeld((lease) => concat(working(stage, '/revocable', lease), NEVER), {
            until: ({ revoked$ }) => revoked$,
          })
        ),
      {
        next: () => void (own.heldAt = stage.world.clock.now()),
      }
    );
    const ask = () => {
      stage
        .follow(watchContenders(stage.zk, '/revocable'), {
          next: (all) => void (all.length > 1 && stage.follow(revoke(stage.zk, all[0]!.path))),
        })
        .add(() => stage.after(2000, ask));
    };
    ask();
  },
};

const revocable: Fact<Set<{ readonly process: string; heldAt: number }>> = { initial: () => new Set() };

export const revokedGiveBack: Law = {
  name: 'a lock that is asked for is given back',
  after: (world) => {
    const all = [...world.get(revocable)];
    if (all.length < 2 || refused(world, '/revocable')) return undefined;
    // a session does not wait for itself: of those in one process, one may always come first
    const newest = new Map<string, number>();
    for (const { process, heldAt } of all) newest.set(process, Math.max(heldAt, newest.get(process) ?? -Infinity));
    const odd = [...newest].find(([, heldAt]) => heldAt < world.clock.now() - 30_000);
    return odd === undefined ? undefined : `${odd[0]} has not held it since ${Math.round(odd[1])} ms`;
  },
};

/** Deletes the nodes of those who contend: then only tokens and transactions protect. */
export const vandal: Actor = {
  name: 'vandal',
  start(stage) {
    const { zk } = stage;
    stage.every(1500, () => {
      const path = stage.pick(['/lock', '/election']);
      vandalized(stage);
      stage.follow(zk.getChildren(path), {
        next: (names) => void (names.length > 0 && stage.follow(zk.delete(`${path}/${stage.pick(names)}`))),
      });
    });
  },
};
