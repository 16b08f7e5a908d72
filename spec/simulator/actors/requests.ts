import type { Observable } from 'rxjs';
import type { CoordinationError } from '../../../lib/index.js';
import type { Actor, Fact, Law, Stage } from '../../../lib/testing/index.js';

/** A write, and what its requester was told of it. */
interface Write {
  readonly paths: readonly string[];
  outcome: 'waits' | 'done' | 'none' | 'unknown' | 'left';
  /** How many ends it had: a reply and a completion, or an error. */
  ends: number;
}

const writes: Fact<Write[]> = { initial: () => [] };
const counter: Fact<{ next: number }> = { initial: () => ({ next: 0 }) };

/** Makes nodes that nobody else makes, alone, in transactions and in batches; sometimes leaves before the answer. */
export const requester: Actor = {
  name: 'requester',
  start(stage) {
    stage.follow(stage.zk.create('/r'));
    stage.every(stage.pick([30, 300]), () => {
      const own = () => `/r/${stage.get(counter).next++}`;
      const { zk } = stage;
      const act = stage.between(0, 4);
      if (act < 2) return request(stage, [own()], ([path]) => zk.create(path!));
      if (act === 2) return request(stage, [own(), own()], ([a, b]) => zk.transaction().create(a!).create(b!).commit());
      if (act === 3) return void stage.follow(zk.get('/r'));
      return request(stage, [own()], ([path]) => zk.create(path!, null, { timeout: stage.between(1, 500) }));
    });
  },
};

function request(
  stage: Stage,
  paths: readonly string[],
  make: (paths: readonly string[]) => Observable<unknown>
): void {
  const write: Write = { paths, outcome: 'waits', ends: 0 };
  stage.get(writes).push(write);
  const subscription = stage.follow(make(paths), {
    next: () => {
      if (write.outcome !== 'waits') stage.violated('a request has one reply', paths.join(' '));
      write.outcome = 'done';
    },
    error: (error: CoordinationError) => {
      if (write.ends++ > 0 || write.outcome === 'done') stage.violated('a request ends once', paths.join(' '));
      write.outcome = error.effect;
    },
    complete: () => {
      if (write.ends++ > 0 || write.outcome !== 'done')
        stage.violated('a request completes after its reply', paths.join(' '));
    },
  });
  subscription.add(() => write.outcome === 'waits' && (write.outcome = 'left'));
  if (stage.random() < 0.1) stage.after(stage.between(0, 20), () => subscription.unsubscribe());
}

export const effectsAreTrue: Law = {
  name: 'what a request was told is what the server did',
  after: (world) => {
    const nodes = world.server.tree('/r');
    for (const { paths, outcome } of world.get(writes)) {
      const there = paths.filter((path) => nodes.has(path)).length;
      if (outcome === 'waits') return `${paths.join(' ')} waits for ever`;
      if (there > 0 && there < paths.length) return `${paths.join(' ')}: half of a transaction`;
      if (outcome === 'done' && there === 0) return `${paths.join(' ')} was acknowledged, and is not there`;
      if (outcome === 'none' && there > 0) return `${paths.join(' ')} was said to have had no effect, and is there`;
    }
    return undefined;
  },
};
