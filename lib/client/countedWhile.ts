import { type MonoTypeOperatorFunction, defer, finalize } from 'rxjs';
import type { Meter } from './meter.js';

/** Counts each subscription for as long as it lasts. */
export function countedWhile<T>(meter: Meter, count: 'watches'): MonoTypeOperatorFunction<T> {
  return (source$) =>
    defer(() => {
      meter.add(count);
      return source$.pipe(finalize(() => meter.add(count, -1)));
    });
}
