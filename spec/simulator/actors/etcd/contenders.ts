import { EMPTY, NEVER, type Observable, catchError, concat, ignoreElements, mergeMap, timer } from 'rxjs';
import {
  type EtcdLease,
  type Leadership,
  elect,
  lock,
  readWriteLock,
  semaphore,
  watchLeader,
  whileHeld,
  whileLeader,
} from '../../../../lib/etcd/index.js';
import type { Actor, Fact, Law, Stage } from '../../../../lib/testing/index.js';
import { again, atEndOfLife, waitsFor } from '../goingOn.js';
import { claim, claiming, holders } from '../leases.js';
import { ledgerOf } from './ledger.js';

const guarded: Fact<Set<string>> = { initial: () => new Set() };
const PLACES = ['lock', 'election', 'read-write', 'semaphore'];

/** Works while something is held: writes its token again and again, as the cluster allows. */
function working(stage: Stage, place: string, ttl: number, lease: EtcdLease, together = 1): Observable<string> {
  const key = `written/${place}`;
  const write$ = lease
    .transaction()
    .do((t) => t.put(key, Buffer.from(String(lease.token))))
    .commit()
    .pipe(catchError(() => EMPTY));
  if (together === 1) stage.get(guarded).add(key);
  const writes$ =
    together > 1
      ? EMPTY
      : timer(0, 300, stage.scheduler).pipe(
          mergeMap(() => write$),
          ignoreElements()
        );
  return claiming(stage, `etcd ${place}`, lease, { together, longest: () => longest(ttl) }, writes$);
}

/** The shortest time to live that a cluster grants, and whole seconds. */
function longest(ttl: number): number {
  return Math.max(2000, Math.ceil(ttl / 1000) * 1000);
}

function inTurn(stage: Stage, what: string, make: (ttl: number) => Observable<unknown>): void {
  const ttl = stage.pick([1000, 2000, 7000]);
  const round = () => {
    if (stage.world.ending) return;
    const got = waitsFor(stage, what);
    const subscription = stage.follow(make(ttl), {
      next: () => {
        got();
        stage.after(stage.between(1, 4000), () => subscription.unsubscribe());
      },
    });
    subscription.add(got);
    subscription.add(() => stage.after(stage.between(0, 1000), round));
  };
  round();
}

const begins = (make: (lease: EtcdLease) => Observable<unknown>) =>
  whileHeld((lease: EtcdLease) => concat(make(lease), NEVER));

export const etcdLocker: Actor = {
  name: 'etcd locker',
  start(stage) {
    const timeout = stage.pick([undefined, undefined, 0, 900]);
    inTurn(stage, 'a lock of etcd', (ttl) =>
      lock(stage.etcd, 'lock', { ttl, ...(timeout !== undefined && { timeout }) }).pipe(
        begins((lease) => working(stage, 'lock', ttl, lease))
      )
    );
  },
};

export const etcdReadWriteLocker: Actor = {
  name: 'etcd read-write locker',
  start(stage) {
    inTurn(stage, 'a side of a read-write lock of etcd', (ttl) => {
      const reads = stage.random() < 0.6;
      const { read$, write$ } = readWriteLock(stage.etcd, 'read-write', { ttl });
      return (reads ? read$ : write$).pipe(
        begins((lease) => working(stage, 'read-write', ttl, lease, reads ? Infinity : 1))
      );
    });
  },
};

export const etcdSemaphoreUser: Actor = {
  name: 'etcd semaphore user',
  start(stage) {
    inTurn(stage, 'a place in a semaphore of etcd', (ttl) =>
      semaphore(stage.etcd, 'semaphore', 2, { ttl }).pipe(begins((lease) => working(stage, 'semaphore', ttl, lease, 2)))
    );
  },
};

const candidates: Fact<Set<Stage>> = { initial: () => new Set() };

function stands(stage: Stage): void {
  const all = stage.get(candidates);
  all.add(stage);
  atEndOfLife(stage, () => all.delete(stage));
}

/** Stands for election, and stands again. */
export const etcdCandidate: Actor = {
  name: 'etcd candidate',
  start(stage) {
    stands(stage);
    const ttl = stage.pick([1000, 4000]);
    let last: Leadership | undefined;
    again(stage, () => ((last = undefined), elect(stage.etcd, 'election', { ttl })), {
      next: (now) => {
        stage.log(() => now.role);
        const isNew =
          last?.role !== 'leader' && !(last?.role === 'paused' && now.role === 'leader' && last.lease === now.lease);
        if (now.role === 'leader' && isNew) claim(stage, 'etcd election', now.lease, { longest: () => longest(ttl) });
        if (now.role === 'paused' && (last === undefined || last.role === 'candidate'))
          stage.violated('only a leader is paused', String(last?.role));
        last = now;
      },
    });
  },
};

/** Works while it leads. */
export const etcdLeader: Actor = {
  name: 'etcd leader',
  start(stage) {
    stands(stage);
    const ttl = stage.pick([1000, 4000]);
    const onSuspend = stage.pick(['stop', 'pause', 'keep'] as const);
    const round = () => {
      const work = (lease: EtcdLease) => concat(working(stage, 'election', ttl, lease), NEVER);
      const subscription = stage.follow(elect(stage.etcd, 'election', { ttl }).pipe(whileLeader(work, { onSuspend })));
      subscription.add(() => stage.after(stage.between(1, 800), round));
      if (!stage.world.ending && stage.random() < 0.7)
        stage.after(stage.between(0, 9000), () => !stage.world.ending && subscription.unsubscribe());
    };
    round();
  },
};

export const oneLeadsInEtcd: Law = {
  name: 'one leads in etcd when all is well',
  after: (world) => {
    const { size } = world.get(candidates);
    const leaders = holders(world, 'etcd election');
    return size === 0 || leaders === 1 ? undefined : `${leaders} lead, of ${size}`;
  },
};

interface Audience {
  token: bigint | undefined;
}
const audiences: Fact<Set<Audience>> = { initial: () => new Set() };

/** Watches who leads. */
export const etcdVoter: Actor = {
  name: 'etcd voter',
  start(stage) {
    const own: Audience = { token: undefined };
    const all = stage.get(audiences);
    all.add(own);
    atEndOfLife(stage, () => all.delete(own));
    again(stage, () => watchLeader(stage.etcd, 'election'), { next: (leader) => void (own.token = leader?.token) });
  },
};

export const theLeaderIsKnown: Law = {
  name: 'the leader that is watched in etcd leads',
  after: (world) => {
    const ledger = ledgerOf(world);
    const own = [...world.etcd.entries().keys()].filter((key) => key.startsWith('election/'));
    const first = own
      .map((key) => ledger.of(key).findLast((_, i, all) => i === 0 || all[i - 1]!.value === undefined)!.revision)
      .sort((a, b) => a - b)[0];
    const odd = [...world.get(audiences)].find(({ token }) => token !== (first && BigInt(first)));
    return odd && `${String(odd.token)}, and not ${String(first)}`;
  },
};

export const etcdTokensPassOn: Law = {
  name: 'nothing is written in etcd after the token has passed on',
  after: (world) => {
    const ledger = world.get(guarded).size === 0 ? undefined : ledgerOf(world);
    for (const key of world.get(guarded)) {
      const tokens = ledger!.of(key).map(({ value }) => Number(value));
      const at = tokens.findIndex((token, i) => i > 0 && token < tokens[i - 1]!);
      if (at >= 0) return `${key}: ${tokens[at]} after ${tokens[at - 1]}`;
    }
    return undefined;
  },
};

export const nothingIsLeftInEtcd: Law = {
  name: 'nothing is left in etcd of those who have gone',
  after: (world) => {
    if (!world.hasEtcd) return undefined;
    const left = [...world.etcd.entries().keys()].filter((key) =>
      PLACES.some((place) => place !== 'election' && key.startsWith(`${place}/`))
    );
    return left.length === 0 ? undefined : left.join(', ');
  },
};
