import type { Observable, Observer, SchedulerLike, Subscription } from 'rxjs';
import type { Arakoon } from '../../arakoon/client/arakoon.js';
import type { EtcdV2 } from '../../etcd/v2/client/etcdV2.js';
import type { Etcd } from '../../etcd/v3/client/etcd.js';
import type { ZooKeeper } from '../../zookeeper/client/zooKeeper.js';
import type { Process } from './process.js';
import type { Fact, SimulatedWorld, Stage } from './types.js';

/** One actor in one life of its process. */
export class ProcessStage implements Stage {
  readonly world: SimulatedWorld;
  readonly process: Process;
  readonly random: () => number;
  readonly #name: string;

  /** @internal */
  constructor(world: SimulatedWorld, process: Process, name: string, random: () => number) {
    this.world = world;
    this.process = process;
    this.random = random;
    this.#name = name;
  }

  get zk(): ZooKeeper {
    return this.process.zk;
  }

  get arakoon(): Arakoon {
    return this.process.arakoon;
  }

  get etcd(): Etcd {
    return this.process.etcd;
  }

  get etcdV2(): EtcdV2 {
    return this.process.etcdV2;
  }

  get scheduler(): SchedulerLike {
    return this.process.scheduler;
  }

  between(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)]!;
  }

  /** The value of a fact in this run. */
  get<T>(fact: Fact<T>): T {
    return this.world.get(fact);
  }

  follow<T>(source$: Observable<T>, observer: Partial<Observer<T>> = {}): Subscription {
    return this.process.follow(source$, {
      next: (value) => observer.next?.(value),
      error: (error: unknown) => {
        this.log(() => `error ${describe(error)}`);
        if (error instanceof Error && RAW.has(error.name))
          this.violated('no raw error is passed on', error.stack ?? error.name);
        observer.error?.(error);
      },
      complete: () => observer.complete?.(),
    });
  }

  after(ms: number, act: () => void): Subscription {
    return this.process.after(ms, act);
  }

  every(ms: number, act: () => void): void {
    const again = () => {
      if (this.world.ending) return;
      act();
      this.after(ms * (0.5 + this.random()), again);
    };
    this.after(ms * this.random(), again);
  }

  violated(law: string, message: string): void {
    this.world.violated(law, message);
  }

  log(line: () => string): void {
    this.world.log(() => `${this.process.name} ${this.#name}: ${line()}`);
  }
}

/** Errors of a wrong program, not of a request. */
const RAW: ReadonlySet<string> = new Set([
  'TypeError',
  'RangeError',
  'ReferenceError',
  'EmptyError',
  'ArgumentOutOfRangeError',
  'ObjectUnsubscribedError',
]);

function describe(error: unknown): string {
  const { code, effect, message } = error as { code?: string; effect?: string; message?: string };
  return `${code ?? String(error)} ${effect ?? ''} ${message ?? ''}`;
}
