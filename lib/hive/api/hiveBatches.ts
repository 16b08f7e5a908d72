import type { Observable } from 'rxjs';
import type { Outcomes } from '../../core/outcome.js';

/** Many requests of a hive at once. */
export interface HiveBatches {
  /**
   * Does requests of this hive at the same time, at most `window` of them, in no order. Each is for itself. **Emits**
   * one outcome for each request, in the order of the requests, when all are done. A request that emits several values
   * counts with its last. **Errors** with a `UsageError` for an item that is no Observable, before anything is sent.
   *
   * @example
   * ```ts
   * import { openHive } from 'quorum-rx/hive';
   *
   * const people = await openHive('memory:');
   * people.batch([people.put('ada', 1815), people.get('grace')]).subscribe(([ada, grace]) => {
   *   if (ada.kind === 'reply') console.log('version', ada.value);
   *   if (grace.kind !== 'reply') console.log(grace.error.code); // ALIAS_NOT_FOUND
   * });
   * ```
   */
  batch<const R extends readonly Observable<unknown>[]>(requests: R): Observable<Outcomes<R>>;
}
