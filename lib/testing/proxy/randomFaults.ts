import { duration, integer, knownKeys, oneOf } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';
import type { FaultStep } from './faultStep.js';
import { seededRandom } from './seededRandom.js';

/** Largest number of bytes that get through before a reply is torn. */
const TEAR_WITHIN = 500;

const KINDS = ['cut', 'close', 'tear', 'drop', 'stall', 'refuse'] as const;

/**
 * A kind of fault in {@link randomFaults}: connections reset (`cut`), ended (`close`), reset in the middle of a reply
 * or of a request (`tear`), lost without a word (`drop`); a `stall` in one direction or both, which ends again; all
 * connections ended and all new ones refused, for a while (`refuse`).
 *
 * @example
 * const harmless: readonly FaultKind[] = ['close', 'stall'];
 */
export type FaultKind = (typeof KINDS)[number];

/**
 * The faults of a soak. Times are in milliseconds.
 *
 * @example
 * const options: RandomFaultsOptions = { seed: 7, every: 2000, lasting: 500, kinds: ['cut', 'stall'] };
 */
export interface RandomFaultsOptions {
  /** A whole number below 2^32. The same seed gives the same faults: that of a proxy will do. */
  readonly seed: number;
  /** The mean time from the end of a fault to the next. */
  readonly every: number;
  /** How long a `stall` or a `refuse` lasts, at most. Default: half of `every`. */
  readonly lasting?: number;
  /** Default: all of them. */
  readonly kinds?: readonly FaultKind[];
}

/**
 * An endless script of faults that come at random, for soaks. It depends on nothing but its options, so a run that
 * failed can be repeated; the steps that `play` emitted are a script too. Throws a `UsageError` about a bad option.
 *
 * @example
 * await using proxy = await faultProxy({ target: '127.0.0.1:2181' });
 * console.log(`seed ${proxy.seed}`);
 * const faults = proxy.play(randomFaults({ seed: proxy.seed, every: 2000 })).subscribe((step) => console.log(step));
 * // … the test; then
 * faults.unsubscribe();
 * await proxy.heal(); // a stall may have been left behind
 */
export function randomFaults(options: RandomFaultsOptions): Iterable<FaultStep> {
  const { seed, every, kinds = KINDS, lasting } = knownKeys('options', options, ['seed', 'every', 'lasting', 'kinds']);
  integer('options.seed', seed, 0, 2 ** 32 - 1);
  duration('options.every', every);
  const longest = lasting === undefined ? every / 2 : duration('options.lasting', lasting);
  if (!Array.isArray(kinds) || kinds.length === 0)
    throw new UsageError('options.kinds', 'must be an array with at least one kind');
  kinds.forEach((kind, i) => oneOf(`options.kinds[${i}]`, kind, KINDS));
  return { [Symbol.iterator]: () => endless(seededRandom(seed), every, longest, kinds) };
}

function* endless(
  random: () => number,
  every: number,
  longest: number,
  kinds: readonly FaultKind[]
): Generator<FaultStep, never, undefined> {
  const below = (limit: number) => Math.floor(random() * limit);
  const oneFrom = <T>(list: readonly T[]): T => list[below(list.length)]!;
  for (;;) {
    const after = Math.max(1, Math.round(every * (0.5 + random())));
    const again = Math.max(1, Math.round(longest * random()));
    switch (oneFrom(kinds)) {
      case 'cut':
        yield { after, cut: true };
        break;
      case 'close':
        yield { after, close: true };
        break;
      case 'tear':
        yield { after, afterBytes: below(TEAR_WITHIN), direction: oneFrom(['toClient', 'toServer']), cut: true };
        break;
      case 'drop':
        yield { after, dropConnections: true };
        break;
      case 'stall':
        yield { after, stall: oneFrom(['toClient', 'toServer', 'both']) };
        yield { after: again, flow: true };
        break;
      case 'refuse':
        yield { after, refuse: true, cut: true };
        yield { after: again, accept: true };
        break;
    }
  }
}
