import { NEVER, type Observable } from 'rxjs';
import {
  type CoordinationError,
  type ZooKeeper,
  barrier,
  consume,
  counter,
  doubleBarrier,
  elect,
  joinParty,
  lock,
  multiLock,
  persistentNode,
  readWriteLock,
  register,
  semaphore,
  setPartitioner,
  simpleQueue,
  typedNode,
  utf8,
  watchContenders,
  watchInstances,
  watchParty,
  watchServices,
  watchSnapshot,
} from '../../../lib/index.js';
import type { Actor, Fact, Law, Stage } from '../../../lib/testing/index.js';

/** Streams that go on for as long as their client does. */
const STREAMS: Readonly<Record<string, (zk: ZooKeeper) => Observable<unknown>>> = {
  states: (zk) => zk.state$,
  events: (zk) => zk.events('/endings', { recursive: true }),
  'a watch': (zk) => zk.watch('/endings'),
  'a watch of children': (zk) => zk.watchChildren('/endings'),
  'a watch of a tree': (zk) => zk.watchTree('/endings'),
  'a snapshot': (zk) => watchSnapshot(zk, ['/endings']),
  'a count': (zk) => counter(zk, '/endings/count').value$,
  'a typed node': (zk) => typedNode(zk, '/endings/typed', utf8).value$,
  'an election': (zk) => elect(zk, '/endings/election'),
  'a lock': (zk) => lock(zk, '/endings/lock'),
  'several locks': (zk) => multiLock(zk, ['/endings/a', '/endings/b']),
  'a read lock': (zk) => readWriteLock(zk, '/endings/read-write').read$,
  'a semaphore': (zk) => semaphore(zk, '/endings/semaphore', 2),
  contenders: (zk) => watchContenders(zk, '/endings/election'),
  'a part of a set': (zk) => setPartitioner(zk, '/endings/partition', ['a', 'b']),
  'a membership': (zk) => joinParty(zk, '/endings/party'),
  'a party': (zk) => watchParty(zk, '/endings/party'),
  'an instance': (zk) => register(zk, '/endings/services', { name: 'search', port: 80 }),
  instances: (zk) => watchInstances(zk, '/endings/services', 'search'),
  services: (zk) => watchServices(zk, '/endings/services'),
  'a persistent node': (zk) => persistentNode(zk, '/endings/persistent'),
  'a queue': (zk) => consume(zk, '/endings/queue', () => NEVER),
  'a simple queue': (zk) => simpleQueue(zk, '/endings/simple').take(),
  'a barrier': (zk) => barrier(zk, '/endings/barrier').passed$,
  'a double barrier': (zk) => doubleBarrier(zk, '/endings/gathering', 9),
};

/** These show the end itself: that it is closed, and that nothing is held any more. */
const HAVE_A_LAST_WORD: ReadonlySet<string> = new Set(['states', 'a part of a set']);

/** Somebody who subscribed, and has not left. */
interface Stay {
  readonly what: string;
  readonly zk: ZooKeeper;
  /** Since when the client is over, by the clock of the world. */
  overSince: number | undefined;
}
const stays: Fact<{ readonly all: Set<Stay>; lookedAt: number }> = { initial: () => ({ all: new Set(), lookedAt: 0 }) };

/** Subscribes and stays: unlike with `follow`, also after the end of its process. */
export const stayer: Actor = {
  name: 'stayer',
  start(stage) {
    for (let i = 0; i < 5; i++) stay(stage, stage.pick(Object.keys(STREAMS)));
  },
};

function stay(stage: Stage, what: string): void {
  const { zk } = stage;
  const { all } = stage.get(stays);
  const own: Stay = { what, zk, overSince: undefined };
  let shown = false;
  const ended = () => {
    all.delete(own);
    stage.after(1000, () => !stage.world.ending && stay(stage, what));
  };
  all.add(own);
  STREAMS[what]!(zk).subscribe({
    next: () => {
      shown = true;
      if (zk.state.kind === 'closed' && !HAVE_A_LAST_WORD.has(what))
        stage.violated('nothing is shown once the client is closed', what);
    },
    error: (error: CoordinationError) => {
      ended();
      if (shown && error.code === 'CLOSED')
        stage.violated('what goes on with a client completes when it is closed', `${what}: ${error.message}`);
    },
    complete: ended,
  });
}

/** Longer than a process sleeps. */
const PATIENCE = 20_000;

export const allEnds: Law = {
  name: 'what goes on with a client ends with it',
  during: (world) => {
    const facts = world.get(stays);
    const now = world.clock.now();
    if (facts.all.size === 0 || now - facts.lookedAt < 1000) return undefined;
    facts.lookedAt = now;
    for (const each of facts.all) {
      const { state } = each.zk;
      const isOver = state.kind === 'closed' || (state.kind === 'lost' && state.cause !== undefined);
      if (!isOver) each.overSince = undefined;
      else if (now - (each.overSince ??= now) > PATIENCE)
        return `${each.what} goes on, ${Math.round(now - each.overSince)} ms after its client was ${state.kind}`;
    }
    return undefined;
  },
};
