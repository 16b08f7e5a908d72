import { Observable, ReplaySubject, concatMap, observeOn, of, take, tap } from 'rxjs';
import { type MemoryCells, MemoryStore } from '../../../../lib/hive/index.js';
import type { Fact, SimulatedWorld, Stage } from '../../../../lib/testing/index.js';
import { type Home, type Kept, type Place, headsAmong } from './homes.js';

/** A store that all processes of a run share, and how often it has changed. */
export interface Memory {
  readonly store: MemoryStore;
  changes: number;
}

export function newMemory(): Memory {
  return { store: new MemoryStore(), changes: 0 };
}

const memories: Fact<Memory> = { initial: newMemory };
/** Milliseconds that a request is under way, and its answer: time in which a process may die. */
const ON_ITS_WAY = 1;

/** Cells for a process that reaches the store over a way. A request arrives, even if its process has died. */
export function cellsOf({ world, scheduler }: Stage, shared: Memory, prefix: string): MemoryCells {
  const { watch, watchPrefix, ...cells } = shared.store.cells(prefix);
  const arrives = <T>(answer$: Observable<T>) => answer$.pipe(observeOn(scheduler, ON_ITS_WAY));
  /** Timers that a suspended machine has missed may run in any order. */
  const inOrder = concatMap(<T>(value: T) => arrives(of(value)));
  const asks = <A extends readonly unknown[], R>(ask: (...args: A) => Observable<R>, isChange: boolean) => {
    const counts = tap<R>(() => void (shared.changes += isChange ? 1 : 0));
    return (...args: A) =>
      new Observable<R>((subscriber) => {
        const answer$ = new ReplaySubject<R>(1);
        world.clock.schedule(() => void counts(ask(...args)).subscribe(answer$), ON_ITS_WAY);
        return arrives(answer$).subscribe(subscriber);
      });
  };
  return {
    ...cells,
    get: asks(cells.get, false),
    list: asks(cells.list, false),
    create: asks(cells.create, true),
    set: asks(cells.set, true),
    delete: asks(cells.delete, true),
    transact: asks(cells.transact, true),
    watch: (key) => watch(key).pipe(inOrder),
    watchPrefix: (prefix) => watchPrefix(prefix).pipe(inOrder),
  };
}

/** The cells of a place by their keys. */
export function keptIn({ store }: Memory, place: Place): ReadonlyMap<string, Kept> {
  const all = new Map<string, Kept>();
  store
    .cells(`${place}/`)
    .watchPrefix('')
    .pipe(take(1))
    .subscribe(({ cells: found }) => {
      for (const [key, cell] of found)
        if (cell.kind === 'present') all.set(key, { ...cell, identity: String(cell.version) });
    });
  return all;
}

function kept(world: SimulatedWorld, place: Place): ReadonlyMap<string, Kept> {
  return keptIn(world.get(memories), place);
}

/** The memory of a machine that all processes reach. */
export const MEMORY: Home = {
  name: 'memory',
  cells: (stage, place) => cellsOf(stage, stage.get(memories), `${place}/`),
  stamp: (world) => world.get(memories).changes,
  kept,
  heads: (world) => headsAmong(kept(world, 'index')),
};

/** The same without transactions, as version 2 of etcd is. */
export const MEMORY_IN_STEPS: Home = {
  ...MEMORY,
  name: 'memory in steps',
  cells: (stage, place) => {
    const { transact: _, ...cells } = MEMORY.cells(stage, place);
    return cells;
  },
};
