import { type Observable, defer, map, tap } from 'rxjs';
import type { CellStep } from '../../lib/core/contract.js';
import type { MemoryCells, MemoryStore } from '../../lib/hive/memoryStore.js';

const NEVER_HELD = Number.MAX_SAFE_INTEGER;

/** Cells in memory whose versions begin at 0 whenever a cell is created, as those of ZooKeeper do. */
export function restartingVersions(store: MemoryStore): (prefix: string) => MemoryCells {
  /** The version that a client sees, and the one in the store. */
  const known = new Map<string, { readonly seen: number; readonly stored: number }>();
  return (prefix) => {
    const cells = store.cells(prefix);
    const stored = <V>(key: string, version: V) => {
      const now = known.get(prefix + key);
      return typeof version === 'number' ? (now?.seen === version ? now.stored : NEVER_HELD) : version;
    };
    const written = (key: string, version: number) => {
      const seen = (known.get(prefix + key)?.seen ?? -1) + 1;
      known.set(prefix + key, { seen, stored: version });
      return seen;
    };
    const gone = (key: string) => void known.delete(prefix + key);
    const inStore = (step: CellStep<number>) =>
      step.kind === 'create' ? step : { ...step, version: stored(step.key, step.version) };
    return {
      ...cells,
      uniqueVersions: false,
      get: (key, options) =>
        cells
          .get(key, options)
          .pipe(map((cell) => (cell.kind === 'present' ? { ...cell, version: known.get(prefix + key)!.seen } : cell))),
      create: (key, value) => cells.create(key, value).pipe(map((version) => written(key, version))),
      set: (key, value, condition) =>
        defer(() => cells.set(key, value, { version: stored(key, condition?.version) })).pipe(
          map((version) => written(key, version))
        ),
      delete: (key, condition): Observable<void> =>
        defer(() => cells.delete(key, { version: stored(key, condition?.version) })).pipe(tap(() => gone(key))),
      transact: (steps) =>
        defer(() => cells.transact(steps.map(inStore))).pipe(
          map((versions) =>
            steps.map(({ kind, key }, i) => {
              if (kind === 'delete') gone(key);
              return kind === 'create' || kind === 'set' ? written(key, versions[i]!) : undefined;
            })
          )
        ),
    };
  };
}
