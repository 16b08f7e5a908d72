import { type Observable, concat, defer, finalize, ignoreElements, of, timer } from 'rxjs';
import { type CoordinationError, type Item, consume, enqueue, simpleQueue } from '../../../lib/index.js';
import type { Actor, Fact, Law, SimulatedWorld, Stage } from '../../../lib/testing/index.js';
import { type Deed, endsWithClient, refused, request } from './goingOn.js';
import { leavesWithin } from './turns.js';

/** Somebody who works on an item. */
interface Worker {
  readonly stage: Stage;
  readonly session: bigint;
  /** The subscription to the queue. */
  readonly run: { ended: boolean };
}

/** What is known of an item. */
interface Known {
  readonly put: Deed;
  readonly dueAt: number;
  active: Worker | undefined;
  readonly done: Worker[];
  taken: number;
}

interface Facts {
  readonly items: Map<string, Known>;
  readonly doubtful: Set<string>;
  /** Takers who left: each may have lost an item. */
  left: number;
}
const queue: Fact<Facts> = { initial: () => ({ items: new Map(), doubtful: new Set(), left: 0 }) };
const simple: Fact<Facts> = { initial: () => ({ items: new Map(), doubtful: new Set(), left: 0 }) };

function puts(stage: Stage, facts: Facts, put: (data: Uint8Array) => Observable<string>, dueAt: number): void {
  const id = String(facts.items.size);
  facts.items.set(id, {
    put: request(stage, `item ${id}`, put(Buffer.from(id))),
    dueAt,
    active: undefined,
    done: [],
    taken: 0,
  });
}

/** Puts items into a queue, of which some are not due yet; and works off what is there. */
export const consumer: Actor = {
  name: 'consumer',
  start(stage) {
    const { zk, world } = stage;
    const facts = stage.get(queue);
    const now = () => world.clock.now();
    stage.every(900, () => {
      const delay = stage.pick([0, 0, stage.between(0, 6000)]);
      puts(
        stage,
        facts,
        (data) => enqueue(zk, '/queue', data, { priority: stage.between(0, 999), delay, now }),
        now() + delay
      );
    });
    const round = () => {
      const run = { ended: false };
      let worker!: Worker;
      const subscription = stage.follow(
        consume(
          zk,
          '/queue',
          (item) => works(stage, facts, item, (worker = { stage, session: stage.process.sessionId, run })),
          { now }
        ),
        {
          next: (id) => void facts.items.get(id)!.done.push(worker),
        }
      );
      endsWithClient(stage, 'work on a queue', subscription);
      subscription.add(() => ((run.ended = true), stage.after(stage.between(1, 1000), round)));
      if (!world.ending && stage.random() < 0.5) leavesWithin(stage, 6000, subscription);
    };
    round();
  },
};

/** Works on one item. Emits its id when it is done. */
function works(stage: Stage, facts: Facts, { data }: Item, worker: Worker): Observable<string> {
  return defer(() => {
    const { world } = stage;
    const item = facts.items.get(String(data));
    if (item === undefined) throw new Error(`nobody has put ${String(data)}`);
    if (world.clock.now() < item.dueAt) stage.violated('no item is given before its time', String(data));
    const other = item.active;
    if (other !== undefined && other.stage.process.awake && !world.endedEarly)
      stage.violated(
        'an item is given to one at a time',
        `${String(data)} to ${stage.process.name} and ${other.stage.process.name}`
      );
    const before = item.done.find(({ run, session }) => !run.ended && world.server.sessions.includes(session));
    if (before !== undefined && !refused(world, '/queue', 'multi'))
      stage.violated(
        'an item is done once, but for losses',
        `${String(data)}, by ${before.stage.process.name} and ${stage.process.name}`
      );
    item.active = worker;
    return concat(
      timer(stage.pick([0, 10, 10, 400, 5000]), stage.scheduler).pipe(ignoreElements()),
      of(String(data))
    ).pipe(finalize(() => item.active === worker && (item.active = undefined)));
  });
}

/** Puts items into a simple queue, and takes them out. */
export const taker: Actor = {
  name: 'taker',
  start(stage) {
    const facts = stage.get(simple);
    const { put, take } = simpleQueue(stage.zk, '/simple');
    stage.every(500, () => puts(stage, facts, (data) => put(data, { priority: stage.between(0, 999) }), 0));
    const round = () => {
      let ended = false;
      const waiting = stage.pick([undefined, 0, 1000]);
      const subscription = stage.follow(take(waiting === undefined ? {} : { timeout: waiting }), {
        next: ({ name, data }) => {
          ended = true;
          const item = facts.items.get(String(data));
          if (item === undefined) stage.violated('what is taken was put', `${name} ${String(data)}`);
          else if (item.taken++ > 0) stage.violated('an item is taken once', `${name} ${String(data)}`);
        },
        error: ({ effect, path }: CoordinationError) => {
          if (effect === 'unknown' && path === undefined) stage.violated('an item in doubt is named', 'no path');
          else if (effect === 'unknown') facts.doubtful.add(path!);
          facts.left--;
        },
        complete: () => void (!ended && facts.left--),
      });
      subscription.add(() => (!ended && facts.left++, stage.after(stage.between(0, 300), round)));
    };
    round();
  },
};

function undone(world: SimulatedWorld): string | undefined {
  const { items } = world.get(queue);
  for (const [id, { put, done }] of items) {
    if (put.fate === 'done' && done.length === 0) return `${id} was put in, and never done`;
    if (put.fate === 'none' && done.length > 0) return `${id} was said not to be there, and was done`;
  }
  const left = [...world.server.tree('/queue').keys()].filter((path) => path.split('/').length > 3);
  return left.length > 0 ? `left: ${left.join(', ')}` : undefined;
}

function untaken(world: SimulatedWorld): string | undefined {
  const { items, doubtful, left } = world.get(simple);
  const there = [...world.server.tree('/simple').keys()].filter((path) => path !== '/simple');
  if (there.length > 0) return `left: ${there.join(', ')}`;
  const lost = [...items].filter(([, { put, taken }]) => put.fate === 'done' && taken === 0).map(([id]) => id);
  const wrong = [...items].find(([, { put, taken }]) => put.fate === 'none' && taken > 0);
  if (wrong !== undefined) return `${wrong[0]} was said not to be there, and was taken`;
  return lost.length > doubtful.size + left
    ? `${lost.join(', ')} are lost; ${doubtful.size} in doubt, ${left} takers left`
    : undefined;
}

export const itemsAreDone: Law = {
  name: 'every item is done',
  after: (world) => (world.get(queue).items.size === 0 || refused(world, '/queue') ? undefined : undone(world)),
};
export const itemsAreTaken: Law = {
  name: 'no item is lost, but in doubt',
  after: (world) => (world.get(simple).items.size === 0 || refused(world, '/simple') ? undefined : untaken(world)),
};
