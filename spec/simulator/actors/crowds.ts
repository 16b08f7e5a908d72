import { type ZooKeeper, connect } from '../../../lib/index.js';
import type { Actor, Stage } from '../../../lib/testing/index.js';
import { atEndOfLife, keepsLink } from './goingOn.js';
import { watchTree } from './trees.js';
import { reads, watchOne } from './values.js';

/** The most that a request may have in runs where clients send only small ones: less than the paths of a crowd. */
export const SMALL_REQUEST = 400;
const CROWD = '/crowd';
const MANY = Array.from({ length: 60 }, (_, i) => `${CROWD}/${i}`);

/** Watches a crowd of nodes, of which somebody changes some in one turn. */
export const crowdWatcher: Actor = {
  name: 'crowd watcher',
  start(stage) {
    keepsLink(stage);
    reads(stage);
    for (const path of MANY) watchOne(stage, path, 'node');
    const other = somebodyElse(stage);
    const ignore = { error: () => undefined };
    for (const path of [CROWD, ...MANY]) other.create(path).subscribe(ignore);
    stage.every(2500, () => {
      for (const path of MANY.filter(() => stage.random() < 0.15))
        other.set(path, Buffer.from(String(stage.between(0, 999)))).subscribe(ignore);
    });
  },
};

/** Reads the tree of the crowd, watches it for a while, and begins again; and hears of events that come together. */
export const crowdReader: Actor = {
  name: 'crowd reader',
  start(stage) {
    stage.follow(stage.zk.events$);
    const round = () => void watchTree(stage, CROWD, 2000).add(() => stage.after(stage.between(0, 500), round));
    round();
  },
};

/** A client to whom nothing happens: it changes things while the links of the process are down. */
function somebodyElse(stage: Stage): ZooKeeper {
  const { world } = stage;
  let zk!: ZooKeeper;
  const client = connect('zk1', { transport: world.server.transport(), scheduler: world.clock }).subscribe({
    next: (it) => (zk = it),
    error: () => undefined,
  });
  atEndOfLife(stage, () => client.unsubscribe());
  return zk;
}
