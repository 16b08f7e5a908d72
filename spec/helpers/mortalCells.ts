import { NEVER, type Observable, concatMap, defer } from 'rxjs';

/** How many calls a client has left to make. */
export interface Life {
  calls: number;
  /** Whether the last call of all still reaches the store, which nobody hears of. */
  readonly lastArrives: boolean;
}

/** Cells of a client that dies: after so many calls it does nothing, and hears nothing. */
export function mortalCells<C extends object>(cells: C, life: Life): C {
  const lived = <T>(call: () => Observable<T>) =>
    defer(() => {
      if (life.calls > 0) {
        life.calls--;
        return call();
      }
      const isLast = life.calls === 0;
      life.calls = -1;
      return isLast && life.lastArrives ? call().pipe(concatMap(() => NEVER)) : NEVER;
    });
  const mortal: Record<string, unknown> = Object.fromEntries(Object.entries(cells));
  for (const [name, member] of Object.entries(cells))
    if (typeof member === 'function')
      mortal[name] = (...args: unknown[]) =>
        lived(() => (member as (...all: unknown[]) => Observable<unknown>)(...args));
  return mortal as never;
}
