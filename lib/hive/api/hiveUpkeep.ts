import type { Observable } from 'rxjs';
import type { SweepReport } from '../sweeping/sweepReport.js';
import type { SweeperOptions } from '../types.js';

/** The methods of a hive that are about many entries. */
export interface HiveUpkeep {
  /**
   * Deletes all entries with a prefix, one by one; with `''`, all. **Emits** how many there were. After an error, some
   * are gone.
   */
  removeAll(prefix: string): Observable<number>;
  /**
   * Takes away slices and entries that are not needed any more: those of replaced entries, dead writers, and entries
   * that have run out. A replaced content is marked by one sweep, and removed by one that comes `grace` later. Any
   * number of sweeps may run at the same time. **Emits** one report.
   *
   * @param options.dryRun changes nothing, and counts as if it did. Default `false`
   *
   * @example
   * ```ts
   * documents.sweep({ dryRun: true }).subscribe(({ removed, expired }) => console.log(removed, expired));
   * ```
   */
  sweep(options?: { readonly dryRun?: boolean }): Observable<SweepReport>;
  /**
   * Sweeps again and again, in one process at a time, whichever processes of the store call it: the others wait until
   * that one leaves, or misses three turns.
   *
   * - **Emits** the report of each sweep of this process.
   * - **Completes** when the client of the store is closed.
   * - **Errors** when the store refuses. It goes on by itself after a lost connection.
   * - **Unsubscribing** lets another process sweep.
   *
   * @example
   * ```ts
   * const sweeping = documents.sweeper({ every: 60_000 }).subscribe(({ removed }) => console.log(removed));
   * ```
   */
  sweeper(options?: SweeperOptions): Observable<SweepReport>;
  /**
   * Reads every entry with a prefix, and compares its checksums; without a prefix, all.
   *
   * - **Emits** the alias and the error of each entry that is damaged, or cannot be read.
   * - **Completes** when all have been read.
   *
   * @example
   * ```ts
   * documents.verify().subscribe(({ alias, error }) => console.log(alias, error));
   * ```
   */
  verify(prefix?: string): Observable<{ readonly alias: string; readonly error: unknown }>;
}
