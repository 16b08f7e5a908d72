import { type Observable, type SchedulerLike, defer, of } from 'rxjs';
import { CLOCK, clockOf, type Held, type ProvenHold } from './held.js';
import { type LeaseError, leaseLost } from './leaseError.js';
import { whileHeld } from './whileHeld.js';

/** A hold with a name and a fencing token. */
type Named = Held & { readonly token: bigint };

/** Several locks that are held together: lost as soon as one of them is. */
export class MultiHold<L extends Named> implements Held {
  /** Each of them, in the order in which they were taken. */
  readonly leases: readonly L[];
  /** Aborts when one of them is lost, and when they are given back. */
  readonly signal: AbortSignal;

  /** @internal */
  constructor(leases: readonly L[]) {
    this.leases = leases;
    this.signal = AbortSignal.any(leases.map(({ signal }) => signal));
  }

  /** The fencing tokens, one for each lock: a store that one of the locks guards wants the token of that lock. */
  get tokens(): readonly bigint[] {
    return this.leases.map(({ token }) => token);
  }

  /** Why they are no longer held together; `undefined` while they are. */
  get lost(): LeaseError | undefined {
    return this.leases.find(({ lost }) => lost !== undefined)?.lost;
  }

  /** @internal */
  get [CLOCK](): SchedulerLike {
    return clockOf(this.leases[0]);
  }
}

/** Several locks that are held together, and that expire. */
export class ProvenMultiHold<L extends Named & ProvenHold> extends MultiHold<L> implements ProvenHold {
  /** The time, on the clock of the client, until which no other client can hold any of them. */
  get validUntil(): number {
    return Math.min(...this.leases.map(({ validUntil }) => validUntil));
  }

  /** Whether no other client can hold any of them now. */
  get valid(): boolean {
    return this.leases.every(({ valid }) => valid);
  }
}

/**
 * Takes several locks one after the other, in the order that is given. All contenders must keep to one order: then no
 * two of them each hold a lock that the other waits for.
 *
 * - **Emits** all of them once, when the last is held. **Errors** as soon as one of them is lost, after all were given
 *   back.
 * - **Unsubscribing** gives them back, the last one first.
 *
 * @param take contends for one of them
 */
export function allHeld<K, L extends Named>(
  keys: readonly K[],
  take: (key: K, index: number) => Observable<L>
): Observable<readonly L[]> {
  const from = (index: number, held: readonly L[]): Observable<readonly L[]> =>
    index === keys.length
      ? of(held)
      : take(keys[index]!, index).pipe(whileHeld((lease) => from(index + 1, [...held, lease]), { keep: true }));
  return defer(() => from(0, []));
}

/** Throws `LEASE_LOST` if one of them has run out while another was waited for, and has not said so yet. */
export function stillValid<L extends ProvenHold>(leases: readonly L[], nameOf: (lease: L) => string): readonly L[] {
  const late = leases.find(({ valid }) => !valid);
  if (late !== undefined) throw leaseLost(nameOf(late), 'not proved in time');
  return leases;
}
