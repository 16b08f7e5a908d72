import { NEVER, type Observable, type Subscription, concat } from 'rxjs';
import { type Held, whileHeld } from '../../../lib/index.js';
import type { Stage } from '../../../lib/testing/index.js';
import { type Store, endsWithClient, waitsFor } from './goingOn.js';

/** What somebody wants to hold. */
interface Wanted {
  readonly what: string;
  readonly store: Store;
  /** Where in ZooKeeper. */
  readonly path?: string;
}

/** Gets something, holds it for a while, gives it back, and begins again. What `make` returns emits when it is held. */
export function inTurn(stage: Stage, { what, store, path }: Wanted, make: () => Observable<unknown>): void {
  const round = () => {
    if (stage.world.ending) return;
    const got = waitsFor(stage, what, path);
    const subscription = stage.follow(make(), {
      next: () => {
        got();
        stage.after(stage.between(1, 4000), () => subscription.unsubscribe());
      },
    });
    endsWithClient(stage, what, subscription, store);
    subscription.add(got);
    subscription.add(() => stage.after(stage.between(0, 1000), round));
  };
  round();
}

/** Does something while a lease is held, for as long as it is held. */
export const begins = <L extends Held>(make: (lease: L) => Observable<unknown>) =>
  whileHeld((lease: L) => concat(make(lease), NEVER));

/** Leaves after at most so many milliseconds, unless the faults are over by then. */
export function leavesWithin(stage: Stage, most: number, subscription: Subscription): void {
  stage.after(stage.between(0, most), () => !stage.world.ending && subscription.unsubscribe());
}
