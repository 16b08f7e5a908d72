import { EMPTY, NEVER, type Observable, catchError, concat, ignoreElements, mergeMap, timer } from 'rxjs';
import {
  type EtcdLease,
  elect,
  lock,
  readWriteLock,
  semaphore,
  watchLeader,
  whileLeader,
} from '../../../../lib/etcd/index.js';
import type { Actor, Fact, Law, Stage } from '../../../../lib/testing/index.js';
import { standsAgain } from '../elections.js';
import { again, forLife } from '../goingOn.js';
import { claiming, holders } from '../leases.js';
import { begins, inTurn, leavesWithin } from '../turns.js';
import { keysOf, ledgerOf } from './ledger.js';

const guarded: Fact<Set<string>> = { initial: () => new Set() };
/** Times to live that contenders ask for, in milliseconds. */
const TTLS = [1000, 2000, 7000];

/** Works while something is held: writes its token again and again, as the cluster allows. */
function working(stage: Stage, place: string, ttl: number, lease: EtcdLease, together = 1): Observable<string> {
  const write$ = together === 1 ? tokens(stage, `written/${place}`, lease) : EMPTY;
  return claiming(stage, `etcd ${place}`, lease, { together, longest: () => longest(ttl) }, write$);
}

/** Writes the token to a key again and again, as the lease allows. */
function tokens(stage: Stage, key: string, lease: EtcdLease): Observable<never> {
  stage.get(guarded).add(key);
  const write$ = lease
    .transaction()
    .do((t) => t.put(key, Buffer.from(String(lease.token))))
    .commit()
    .pipe(catchError(() => EMPTY));
  return timer(0, 300, stage.scheduler).pipe(
    mergeMap(() => write$),
    ignoreElements()
  );
}

/** The shortest time to live that a cluster grants, and whole seconds. */
function longest(ttl: number): number {
  return Math.max(2000, Math.ceil(ttl / 1000) * 1000);
}

export const etcdLocker: Actor = {
  name: 'etcd locker',
  start(stage) {
    const timeout = stage.pick([undefined, undefined, 0, 900]);
    const ttl = stage.pick(TTLS);
    inTurn(stage, { what: 'a lock of etcd', store: 'etcd' }, () =>
      lock(stage.etcd, 'lock', { ttl, ...(timeout !== undefined && { timeout }) }).pipe(
        begins((lease) => working(stage, 'lock', ttl, lease))
      )
    );
  },
};

export const etcdReadWriteLocker: Actor = {
  name: 'etcd read-write locker',
  start(stage) {
    const ttl = stage.pick(TTLS);
    inTurn(stage, { what: 'a side of a read-write lock of etcd', store: 'etcd' }, () => {
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
    const ttl = stage.pick(TTLS);
    inTurn(stage, { what: 'a place in a semaphore of etcd', store: 'etcd' }, () =>
      semaphore(stage.etcd, 'semaphore', 2, { ttl }).pipe(begins((lease) => working(stage, 'semaphore', ttl, lease, 2)))
    );
  },
};

const candidates: Fact<Set<Stage>> = { initial: () => new Set() };

/** Stands for election, and stands again. */
export const etcdCandidate: Actor = {
  name: 'etcd candidate',
  start(stage) {
    forLife(stage, stage.get(candidates), stage);
    const ttl = stage.pick([1000, 4000]);
    standsAgain(stage, 'etcd election', () => elect(stage.etcd, 'election', { ttl }), { longest: () => longest(ttl) });
  },
};

/** Works while it leads. */
export const etcdLeader: Actor = {
  name: 'etcd leader',
  start(stage) {
    forLife(stage, stage.get(candidates), stage);
    const ttl = stage.pick([1000, 4000]);
    const onSuspend = stage.pick(['stop', 'pause', 'keep'] as const);
    const round = () => {
      const work = (lease: EtcdLease) => concat(working(stage, 'election', ttl, lease), NEVER);
      const subscription = stage.follow(elect(stage.etcd, 'election', { ttl }).pipe(whileLeader(work, { onSuspend })));
      subscription.add(() => stage.after(stage.between(1, 800), round));
      if (!stage.world.ending && stage.random() < 0.7) leavesWithin(stage, 9000, subscription);
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
    forLife(stage, stage.get(audiences), own);
    again(stage, () => watchLeader(stage.etcd, 'election'), { next: (leader) => void (own.token = leader?.token) });
  },
};

export const theLeaderIsKnown: Law = {
  name: 'the leader that is watched in etcd leads',
  after: (world) => {
    const ledger = ledgerOf(world);
    const first = keysOf(world, 'election/')
      .map((key) => ledger.of(key).findLast((_, i, all) => i === 0 || all[i - 1]!.value === undefined)!.revision)
      .sort((a, b) => a - b)[0];
    const odd = [...world.get(audiences)].find(({ token }) => token !== (first && BigInt(first)));
    return odd && `${String(odd.token)}, and not ${String(first)}`;
  },
};

export const etcdTokensPassOn: Law = {
  name: 'nothing is written in etcd after the token has passed on',
  after: (world) => {
    for (const key of world.get(guarded)) {
      const written = ledgerOf(world)
        .of(key)
        .map(({ value }) => Number(value));
      const at = written.findIndex((token, i) => i > 0 && token < written[i - 1]!);
      if (at >= 0) return `${key}: ${written[at]} after ${written[at - 1]}`;
    }
    return undefined;
  },
};

export const nothingIsLeftInEtcd: Law = {
  name: 'nothing is left in etcd of those who have gone',
  after: (world) => {
    if (!world.hasEtcd) return undefined;
    const left = keysOf(world, 'lock/', 'read-write/', 'semaphore/');
    return left.length === 0 ? undefined : left.join(', ');
  },
};
