import type { NodeEvent } from '../../../lib/index.js';
import type { Actor, Fact, Law, Stage } from '../../../lib/testing/index.js';
import { reads, watchOne, writesSome } from './values.js';

/** Two subscribers that began at the same moment, and what each was told since. */
interface Twins {
  readonly label: string;
  readonly stage: Stage;
  readonly told: readonly [string[], string[]];
}

const twins: Fact<Twins[]> = { initial: () => [] };

/** Hears of events, always twice: both must be told the same. */
export const listener: Actor = {
  name: 'listener',
  start(stage) {
    writesSome(stage);
    hear(stage);
    stage.every(3000, () => hear(stage));
  },
};

function hear(stage: Stage): void {
  const [path, recursive] = [stage.pick(['/v', '/v/a', '/v/b']), stage.random() < 0.5];
  const told: [string[], string[]] = [[], []];
  const pair = { label: `events(${path}${recursive ? ', recursive' : ''})`, stage, told };
  const all = stage.get(twins);
  // once one of them has left they may differ
  const stop = () => void (all.includes(pair) && all.splice(all.indexOf(pair), 1));
  all.push(pair);
  const subscriptions = told.map((list) =>
    stage.follow<NodeEvent>(stage.zk.events(path, { recursive }), {
      next: ({ type, path: where }) => list.push(`${type} ${where}`),
    })
  );
  for (const each of subscriptions) each.add(stop);
  if (stage.random() < 0.6)
    stage.after(stage.between(0, 8000), () => subscriptions.forEach((each) => each.unsubscribe()));
}

const PINNED = ['/v', '/v/a', '/v/b'];

/** Adds and removes watches by hand, at paths that it watches in other ways, too. */
export const pinner: Actor = {
  name: 'pinner',
  start(stage) {
    writesSome(stage);
    reads(stage);
    for (const path of PINNED) watchOne(stage, path, 'node');
    stage.every(700, () => {
      const path = stage.pick(PINNED);
      const { zk } = stage;
      const act = stage.between(0, 3);
      if (act < 2) stage.follow(zk.addWatch(path, stage.pick(['persistent', 'persistentRecursive'])));
      else if (act === 2) stage.follow(zk.removeWatches(path));
      else stage.follow(zk.checkWatches(path));
    });
  },
};

export const twinsAgree: Law = {
  name: 'whoever listens to the same events is told the same',
  after: (world) => {
    const odd = world.get(twins).find(({ told: [a, b] }) => a.join() !== b.join());
    return odd === undefined ? undefined : `${odd.label}: ${odd.told[0].join(', ')} | ${odd.told[1].join(', ')}`;
  },
};
