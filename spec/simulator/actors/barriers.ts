import { type Subscription } from 'rxjs';
import { type DoubleBarrierEntry, barrier, doubleBarrier } from '../../../lib/index.js';
import type { Actor, Fact, Law, Stage } from '../../../lib/testing/index.js';
import { atLast, refused, waitsFor, atEndOfLife, states } from './goingOn.js';

/** Raises a barrier and lifts it; when all is well it stays lifted. */
export const gatekeeper: Actor = {
  name: 'gatekeeper',
  start(stage) {
    const { raise, lift } = barrier(stage.zk, '/barrier');
    stage.every(1500, () => stage.follow(stage.random() < 0.5 ? raise() : lift()));
    const open = () => (stage.world.ending ? atLast(stage, lift) : void stage.after(500, open));
    open();
  },
};

/** Waits at the barrier, again and again. */
export const passer: Actor = {
  name: 'passer',
  start(stage) {
    const { passed$, lift } = barrier(stage.zk, '/barrier');
    const round = () => {
      if (stage.world.ending) return;
      const passed = waitsFor(stage, 'a barrier', '/barrier');
      const subscription = stage.follow(passed$);
      subscription.add(passed);
      subscription.add(() => stage.after(stage.between(1, 1000), round));
    };
    round();
    const open = () => (stage.world.ending ? atLast(stage, lift) : void stage.after(500, open));
    open(); // whoever raised it may live no more
  },
};

/** A member of a double barrier: how often it has passed, left, and heard that all have left. */
interface Member {
  readonly stage: Stage;
  passed: number;
  left: number;
  finished: number;
  lastAt: number;
}

interface Facts {
  readonly members: Set<Member>;
  /** How many there are in all. */
  count: number;
  /** Whether one has lost its way: a subscription or a session has ended. Then rounds can no longer be told apart. */
  disturbed: boolean;
}
const gathering: Fact<Facts> = { initial: () => ({ members: new Set(), count: 0, disturbed: false }) };

/** Begins and ends together with all others, again and again. */
export const gatherer: Actor = {
  name: 'gatherer',
  start(stage) {
    const { world } = stage;
    const facts = stage.get(gathering);
    if (world.clock.now() === 0) facts.count++;
    const own: Member = { stage, passed: 0, left: 0, finished: 0, lastAt: 0 };
    facts.members.add(own);
    const disturbed = () => void (facts.disturbed = true);
    atEndOfLife(stage, () => (disturbed(), facts.members.delete(own)));
    states(stage, ({ kind, epoch }) => (kind === 'lost' || epoch > 1 ? disturbed() : undefined));
    stage.after(1, () => round(stage, own, facts));
  },
};

function round(stage: Stage, own: Member, facts: Facts): void {
  let finished = false;
  let leaving: Subscription | undefined;
  const subscription = stage.follow(doubleBarrier(stage.zk, '/gathering', facts.count), {
    next: ({ left$ }: DoubleBarrierEntry) => {
      const early = [...facts.members].find((other) => other.left < own.passed);
      own.passed++;
      own.lastAt = stage.world.clock.now();
      if (early !== undefined && !facts.disturbed)
        stage.violated(
          'a round begins when the last one is over',
          `${stage.process.name} is in round ${own.passed}, and ${early.stage.process.name} is still in the one before`
        );
      stage.after(stage.between(1, 800), () => {
        own.left++;
        leaving = stage.follow(left$, {
          complete: () => {
            const other = [...facts.members].find(({ left }) => left < own.left);
            own.finished++;
            finished = true;
            if (other !== undefined && !facts.disturbed)
              stage.violated(
                'a round ends together',
                `${stage.process.name} has left round ${own.left}, and ${other.stage.process.name} is in`
              );
          },
        });
        leaving.add(() => subscription.unsubscribe());
      });
    },
  });
  subscription.add(() => {
    if (!finished) facts.disturbed = true;
    leaving?.unsubscribe();
    stage.after(stage.pick([1, stage.between(1, 500)]), () => round(stage, own, facts));
  });
}

const listed = (members: Iterable<Member>) =>
  [...members]
    .map(({ stage, passed, left, finished }) => `${stage.process.name} ${passed} ${left} ${finished}`)
    .join(', ');

export const roundsGoOn: Law = {
  name: 'a double barrier goes on',
  after: (world) => {
    const { members } = world.get(gathering);
    const stuck = [...members].find(({ lastAt }) => lastAt < world.clock.now() - 20_000);
    return stuck === undefined || refused(world, '/gathering')
      ? undefined
      : `${stuck.stage.process.name} has not passed since ${Math.round(stuck.lastAt)} ms; ${listed(members)}`;
  },
};
