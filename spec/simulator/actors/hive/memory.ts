import { Observable, ReplaySubject, concatMap, observeOn, of, take, tap } from 'rxjs';
import { type MemoryCells, MemoryStore } from '../../../../lib/hive/index.js';
import type { Fact, SimulatedWorld, Stage } from '../../../../lib/testing/index.js';
import { type Home, type Kept, type Place, headsAmong } from './homes.js';

/** The store that all processes of a run share, and how often it has changed. */
interface Shared {
  readonly store: MemoryStore;
  changes: number;
}

const memories: Fact<Shared> = { initial: () => ({ store: new MemoryStore(), changes: 0 }) };
/** Milliseconds that a request is under way, and its answer: time in which a process may die. */
const ON_ITS_WAY = 1;

/** The cells of a process that reaches the store over a way. A request arrives, even if its process has died. */
function distant({ world, scheduler }: Stage, { watch, watchPrefix, ...cells }: MemoryCells): MemoryCells {
  const shared = world.get(memories);
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

function kept(world: SimulatedWorld, place: Place): ReadonlyMap<string, Kept> {
  const all = new Map<string, Kept>();
  const cells = world.get(memories).store.cells(`${place}/`);
  cells
    .watchPrefix('')
    .pipe(take(1))
    .subscribe(({ cells: found }) => {
      for (const [key, cell] of found)
        if (cell.kind === 'present') all.set(key, { ...cell, identity: String(cell.version) });
    });
  return all;
}

/** The memory of a machine that all processes reach. */
export const MEMORY: Home = {
  name: 'memory',
  cells: (stage, place) => distant(stage, stage.get(memories).store.cells(`${place}/`)),
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
