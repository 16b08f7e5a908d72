import { BehaviorSubject, defer, of } from 'rxjs';

/** A watched value that the pages of all servers change. */
export const count$ = new BehaviorSubject({ value: 0n, stale: false as const });

export const increase = (by: number) =>
  defer(() => {
    const value = count$.value.value + BigInt(by);
    count$.next({ value, stale: false });
    return of(value);
  });
