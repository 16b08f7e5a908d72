import { type Observable, defer, delay, of, repeat, tap, timer } from 'rxjs';
import { consume, counter, enqueue, simpleQueue } from '../../../../lib/etcd/index.js';
import type { Actor, Fact, Law, Stage } from '../../../../lib/testing/index.js';
import { type Deed, again, request } from '../goingOn.js';
import { unique } from './marks.js';
import { keysOf } from './ledger.js';

interface Facts {
  readonly put: { readonly name: string; readonly deed: Deed }[];
  readonly done: Set<string>;
  readonly taken: Set<string>;
  readonly additions: Deed[];
  workers: number;
}

const facts: Fact<Facts> = {
  initial: () => ({ put: [], done: new Set(), taken: new Set(), additions: [], workers: 0 }),
};

/** Puts items into two queues, each once. */
export const etcdProducer: Actor = {
  name: 'etcd producer',
  start(stage) {
    const { etcd } = stage;
    const simple = simpleQueue(etcd, 'simple');
    stage.every(stage.pick([150, 600]), () => {
      const name = unique(stage);
      const data = Buffer.from(name);
      if (stage.random() < 0.5) return void request(stage, `put ${name}`, simple.put(data));
      stage.get(facts).put.push({ name, deed: request(stage, `enqueue ${name}`, enqueue(etcd, 'queue', data)) });
    });
  },
};

/** Works off a queue, and takes items out of another. */
export const etcdConsumer: Actor = {
  name: 'etcd consumer',
  start(stage) {
    const { etcd } = stage;
    const all = stage.get(facts);
    all.workers++;
    const ttl = stage.pick([2000, 5000]);
    const work = ({ data }: { readonly data: Uint8Array }) =>
      timer(stage.between(0, 300), stage.scheduler).pipe(tap(() => void all.done.add(String(Buffer.from(data)))));
    again(stage, () => consume(etcd, 'queue', work, { ttl }));
    again(stage, () => taking(stage));
  },
};

function taking(stage: Stage): Observable<unknown> {
  const { taken } = stage.get(facts);
  return defer(() => simpleQueue(stage.etcd, 'simple').take()).pipe(
    tap(({ data }) => {
      const name = String(Buffer.from(data));
      if (taken.has(name)) stage.violated('an item of a simple queue of etcd is given at most once', name);
      taken.add(name);
    }),
    delay(20, stage.scheduler),
    repeat({ delay: () => of(undefined) })
  );
}

export const itemsAreDone: Law = {
  name: 'each item of a queue of etcd is done when all is well',
  after: (world) => {
    const { put, done, workers } = world.get(facts);
    if (workers === 0) return undefined;
    const left = put.find(({ name, deed }) => deed.fate === 'done' && !done.has(name));
    if (left !== undefined) return `${left.name} is not done`;
    const kept = keysOf(world, 'queue/', 'simple/');
    return kept.length === 0 ? undefined : kept.join(' ');
  },
};

/** Adds to a counter. */
export const etcdCounterUser: Actor = {
  name: 'etcd counter user',
  start(stage) {
    const hits = counter(stage.etcd, 'hits');
    stage.every(300, () => void stage.get(facts).additions.push(request(stage, 'a hit', hits.add(1))));
  },
};

export const hitsAreCounted: Law = {
  name: 'a counter of etcd counts each addition once',
  after: (world) => {
    const { additions } = world.get(facts);
    if (additions.length === 0) return undefined;
    const count = Number(String(world.etcd.entries().get('hits') ?? '0'));
    const done = additions.filter(({ fate }) => fate === 'done').length;
    const doubtful = additions.filter(({ fate }) => fate === 'unknown' || fate === 'left').length;
    return count < done || count > done + doubtful
      ? `${count}, where ${done} are acknowledged and ${doubtful} are in doubt`
      : undefined;
  },
};
