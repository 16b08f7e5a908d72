import { type OperatorFunction, type SchedulerLike, defer, distinctUntilChanged, map } from 'rxjs';
import { duration, integer, knownKeys, oneOf } from '../core/check.js';
import { monotonic } from '../transport/monotonic.js';
import type { Instances, ServiceInstance } from '../core/serviceInstance.js';

/** How instances are chosen, and for how long those that fail are not. */
export interface PickOptions {
  /** One after the other (default), any, or any and then the same as long as it is there. */
  readonly strategy?: 'roundRobin' | 'random' | 'sticky';
  /** After so many failures within `downFor` an instance is passed over. Default 2. */
  readonly failures?: number;
  /** Milliseconds from the first failure until the failures are forgotten. Default 30,000. */
  readonly downFor?: number;
  /** Gives numbers from 0 up to, not including, 1. Default `Math.random`. */
  readonly random?: () => number;
  /** The clock of `downFor`. Default: the monotonic clock. */
  readonly scheduler?: SchedulerLike;
}

/** Chooses one of the instances of a service. */
export interface Picker<P = unknown> {
  /**
   * The one to ask next; `undefined` where there is none. Those that are not `enabled` are passed over; those that
   * failed, unless all have.
   */
  next(): ServiceInstance<P> | undefined;
  /** Notes that one has failed. That is not told to others. */
  failed(instance: ServiceInstance<P>): void;
}

type Choose = <P>(
  from: readonly ServiceInstance<P>[],
  last: ServiceInstance<P> | undefined
) => ServiceInstance<P> | undefined;

const any = <T>(from: readonly T[], random: () => number): T | undefined => from[Math.floor(random() * from.length)];
const STRATEGIES: Readonly<Record<NonNullable<PickOptions['strategy']>, (random: () => number) => Choose>> = {
  roundRobin: (random) => {
    let next = Math.floor(random() * 1000); // or all would begin with the same
    return (from) => from[next++ % from.length];
  },
  random: (random) => (from) => any(from, random),
  sticky: (random) => (from, last) => from.find(({ id }) => id === last?.id) ?? any(from, random),
};
const KEYS: readonly (keyof PickOptions)[] = ['strategy', 'failures', 'downFor', 'random', 'scheduler'];

/**
 * Makes a {@link Picker} of the instances of a service: it is asked for every request, and answers at once.
 *
 * - **Emits** one picker, when the instances are first known. It follows them while you are subscribed, and goes on
 *   with the last that were known while they are stale.
 * - **Completes** and **errors** with the source. **Unsubscribing** unsubscribes from it.
 *
 * @example
 * ```ts
 * import { pick, watchInstances } from 'quorum-rx';
 *
 * watchInstances(zk, '/services', 'search').pipe(pick({ strategy: 'sticky' })).subscribe((picker) => {
 *   const instance = picker.next();
 *   if (instance !== undefined) work(instance.address).subscribe({ error: () => picker.failed(instance) });
 * });
 * ```
 */
export function pick<P>(options: PickOptions = {}): OperatorFunction<Instances<P>, Picker<P>> {
  return (instances$) =>
    defer(() => {
      const picker = new Followed<P>(knownKeys('options', options, KEYS));
      return instances$.pipe(
        map((now) => picker.follow(now)),
        distinctUntilChanged()
      );
    });
}

class Followed<P> implements Picker<P> {
  readonly #choose: Choose;
  readonly #failures: number;
  readonly #downFor: number;
  readonly #scheduler: SchedulerLike;
  /** Of those that have failed, since when and how often. */
  readonly #noted = new Map<string, { readonly since: number; readonly count: number }>();
  #enabled: readonly ServiceInstance<P>[] = [];
  #last: ServiceInstance<P> | undefined;

  constructor({
    strategy = 'roundRobin',
    failures = 2,
    downFor = 30_000,
    random = Math.random,
    scheduler = monotonic,
  }: PickOptions) {
    this.#choose = STRATEGIES[oneOf('options.strategy', strategy, ['roundRobin', 'random', 'sticky'])](random);
    this.#failures = integer('options.failures', failures, 1, 1_000_000);
    this.#downFor = duration('options.downFor', downFor);
    this.#scheduler = scheduler;
  }

  follow({ instances }: Instances<P>): this {
    this.#enabled = instances.filter(({ enabled }) => enabled);
    const ids = new Set(instances.map(({ id }) => id));
    // an instance that comes back starts without notes
    for (const id of this.#noted.keys()) if (!ids.has(id)) this.#noted.delete(id);
    return this;
  }

  next(): ServiceInstance<P> | undefined {
    const up =
      this.#noted.size === 0
        ? this.#enabled
        : this.#enabled.filter(({ id }) => (this.#recent(id)?.count ?? 0) < this.#failures);
    return (this.#last = this.#choose(up.length > 0 ? up : this.#enabled, this.#last));
  }

  failed({ id }: ServiceInstance<P>): void {
    const { since = this.#scheduler.now(), count = 0 } = this.#recent(id) ?? {};
    if (this.#enabled.some((each) => each.id === id)) this.#noted.set(id, { since, count: count + 1 });
  }

  #recent(id: string): { readonly since: number; readonly count: number } | undefined {
    const noted = this.#noted.get(id);
    if (noted === undefined || this.#scheduler.now() - noted.since < this.#downFor) return noted;
    this.#noted.delete(id);
    return undefined;
  }
}
