import { concatMap, map } from 'rxjs';
import { type LeaseStanding, announce } from '../../../../lib/etcd/index.js';
import type { Actor, Fact, Law, Stage } from '../../../../lib/testing/index.js';
import { leavesWithin } from '../turns.js';
import { keysOf } from './ledger.js';

/** A lease as its holder was told of it last. */
interface Kept {
  readonly stage: Stage;
  last: LeaseStanding | undefined;
  /** How far the clock of its process was behind that of the world when it was told. */
  behind: number;
  /** Since when it was not told of a doubt that it has, by the clock of the world. */
  silentSince: number | undefined;
}

const kept: Fact<Set<Kept>> = { initial: () => new Set() };
/** How late a timer may be, in milliseconds. */
const SLACK = 300; // the clock is looked at every 250 ms

/** Holds leases, with a key each; gives them back, and begins again. */
export const keeper: Actor = {
  name: 'etcd keeper',
  start(stage) {
    for (let i = stage.between(1, 2); i > 0; i--) keep(stage);
  },
};

function keep(stage: Stage): void {
  const { etcd } = stage;
  const ttl = stage.pick([1000, 2000, 4000, 9000]);
  const own: Kept = { stage, last: undefined, behind: 0, silentSince: undefined };
  const all = stage.get(kept);
  const key = `kept/${stage.process.name}-${stage.between(0, 1e9)}`;
  const round = () => {
    own.last = undefined;
    const subscription = stage.follow(etcd.leases.hold(ttl), {
      next: (standing) => {
        hears(own, standing);
        own.behind = stage.world.clock.now() - stage.scheduler.now();
        if (standing.kind !== 'held' || own.last?.kind === 'held') return void (own.last = standing);
        own.last = standing;
        all.add(own);
        stage.follow(etcd.put(key, Buffer.from(''), { lease: standing.id }));
      },
      complete: () => {
        if (own.last !== undefined && own.last.kind !== 'lost' && etcd.state.kind !== 'closed')
          stage.violated('a lease ends when it is lost', own.last.kind);
      },
    });
    subscription.add(() => {
      all.delete(own);
      stage.after(stage.between(0, 800), round);
    });
    if (stage.random() < 0.4 && !stage.world.ending) leavesWithin(stage, 9000, subscription);
  };
  round();
}

/** The order in which a holder is told, and when. */
function hears({ stage, last }: Kept, now: LeaseStanding): void {
  stage.log(
    () => `${now.id.toString(16)} ${now.kind}${now.kind === 'held' ? ` until ${Math.round(now.validUntil)}` : ''}`
  );
  const { world, scheduler } = stage;
  const says = (message: string) => stage.violated('a lease is held, then in doubt, then held or lost', message);
  if (last === undefined && now.kind === 'suspect') says(`begins with ${now.kind}`);
  if (last?.kind === 'lost') says(`${now.kind} after lost`);
  if (last?.kind === 'suspect' && now.kind === 'suspect') says('in doubt twice');
  if (last !== undefined && last.id !== now.id) says('another lease');
  if (now.kind === 'held' && now.validUntil <= scheduler.now()) says('held until a time that is over');
  if (now.kind === 'held' && last?.kind === 'held' && now.validUntil < last.validUntil) says('held for a shorter time');
  if (now.kind === 'suspect' && last?.kind === 'held' && scheduler.now() < last.validUntil)
    says('in doubt before its time');
  if (now.kind === 'lost' && world.etcd.leases.has(now.id)) stage.violated('what is lost is gone', now.id.toString(16));
}

/** How much of a time to live a clock may lose without notice. */
const LOSS = 1 / 20;

/** Whether a holder believes that its lease lives, by a clock that is about right. */
function believes({ stage, last, behind }: Kept): boolean {
  const now = stage.scheduler.now();
  if (!stage.process.awake || last?.kind !== 'held' || now >= last.validUntil) return false;
  return stage.world.clock.now() - now - behind <= last.ttl * LOSS;
}

export const validUntilIsTrue: Law = {
  name: 'a lease of etcd lives for as long as its holder is told',
  during: (world) => {
    const all = world.get(kept);
    if (all.size === 0 || world.endedEarly) return undefined;
    const { leases } = world.etcd;
    for (const own of all) if (believes(own) && !leases.has(own.last!.id)) return inWords(own);
    return undefined;
  },
};

export const doubtIsToldInTime: Law = {
  name: 'the holder of a lease of etcd is told of the doubt in time',
  during: (world) => {
    for (const own of world.get(kept)) {
      const { stage, last } = own;
      const now = world.clock.now();
      if (last?.kind !== 'held' || !stage.process.awake || stage.scheduler.now() < last.validUntil)
        own.silentSince = undefined;
      else if (now - (own.silentSince ??= now) > SLACK) return inWords(own);
    }
    return undefined;
  },
};

function inWords({ stage, last }: Kept): string {
  const until = last?.kind === 'held' ? ` until ${Math.round(last.validUntil)}` : '';
  const now = Math.round(stage.scheduler.now());
  return `${stage.process.name}: ${last?.id.toString(16)} is ${last?.kind}${until}, at ${now}`;
}

export const leasesAreHeld: Law = {
  name: 'a lease of etcd is held when all is well',
  after: (world) => {
    for (const own of world.get(kept)) {
      const { last } = own;
      if (last?.kind !== 'held' || !world.etcd.leases.has(last.id)) return inWords(own);
    }
    return undefined;
  },
};

/** Somebody who is announced. */
interface Announced {
  readonly key: string;
  times: number;
}

const announced: Fact<Set<Announced>> = { initial: () => new Set() };

/** Keeps a key for as long as it lives. */
export const herald: Actor = {
  name: 'etcd herald',
  start(stage) {
    const own: Announced = { key: `here/${stage.process.name}-${stage.between(0, 1e9)}`, times: 0 };
    const all = stage.get(announced);
    const ttl = stage.pick([2000, 4000, 9000]);
    const round = () => {
      all.add(own);
      const subscription = stage.follow(announce(stage.etcd, own.key, Buffer.from('x'), { ttl }), {
        next: () => void own.times++,
      });
      subscription.add(() => {
        all.delete(own);
        stage.after(stage.between(0, 800), round);
      });
      if (stage.random() < 0.3 && !stage.world.ending) leavesWithin(stage, 9000, subscription);
    };
    round();
  },
};

/** Deletes keys of others. */
export const etcdVandal: Actor = {
  name: 'etcd vandal',
  start(stage) {
    const { etcd } = stage;
    stage.every(1500, () => {
      const keys$ = etcd.keys({ prefix: 'here/' }).pipe(map(({ entries }) => entries));
      stage.follow(keys$.pipe(concatMap((keys) => (keys.length === 0 ? [] : etcd.delete(stage.pick(keys))))));
    });
  },
};

export const heraldsAreThere: Law = {
  name: 'who is announced in etcd is there when all is well, and nobody else',
  after: (world) => {
    if (!world.hasEtcd) return undefined;
    const there = keysOf(world, 'here/');
    const due = [...world.get(announced)].map(({ key }) => key).sort();
    return there.join() === due.join() ? undefined : `${there.join(' ')}, and not ${due.join(' ')}`;
  },
};
