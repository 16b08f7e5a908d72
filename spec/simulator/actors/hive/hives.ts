import { type Observable, concatMap, defer, of, tap, throwError, timer } from 'rxjs';
import { type Hive, type HivePrefixWatching, type HiveWatching, rawHive } from '../../../../lib/hive/index.js';
import { ConnectionLostError, type CoordinationError } from '../../../../lib/index.js';
import type { Stage } from '../../../../lib/testing/index.js';
import type { Home, HomeCells, Version } from './homes.js';

export type AnyHive = Hive<Uint8Array, Version> &
  Partial<HiveWatching<Uint8Array, Version> & HivePrefixWatching<Version>>;

/** Milliseconds for which slices stay, and a writer may be silent. */
export const GRACE = 3000;
/** Bytes of a slice. */
export const SLICE = 300;
/** The sizes of a hive, and its time of grace. */
export const SIZES = { inlineBytes: 100, sliceBytes: SLICE, window: 3, grace: GRACE };

/** The time of day in a process: entries run out by it. */
export function timeOf(stage: Stage): number {
  return stage.process.clock.wallNow();
}

/** A client sleeps for so many milliseconds, before one of its requests: the first has the number 1. */
interface Nap {
  readonly before: number;
  /** Whether only changes of the index count: what a sweep or an upload has found may be wrong then. */
  readonly ofChanges: boolean;
  readonly lasting: number;
}

/** How a client uses the store. */
export interface Habits {
  /** Milliseconds before each read and write of a slice. */
  readonly pause?: number;
  readonly nap?: Nap;
  /** Milliseconds before each change of the index: what the client has read may be wrong then. */
  readonly hesitation?: number;
  /** The share of answers to writes that are lost. */
  readonly deaf?: number;
  /**
   * Called when a write of a slice or of a record has ended: with the milliseconds that it took, or `undefined` if it
   * got no answer.
   */
  readonly tried?: (took: number | undefined) => void;
}

/** A nap somewhere in the work of a client, which may be longer than the time of grace. */
export function aNap(stage: Stage): Nap {
  const ofChanges = stage.random() < 0.5;
  return { before: stage.between(1, ofChanges ? 4 : 12), ofChanges, lasting: stage.between(1, 3 * GRACE) };
}

/** Milliseconds after which no request leaves any more, where a store has no transactions: less than grace. */
export const IN_TIME = 2000;
const A_MOMENT = 100;

/** A hive in a store, as a process uses it. */
export function hiveOf(stage: Stage, home: Home, habits: Habits = {}): AnyHive {
  const { scheduler } = stage;
  const indexCells = home.cells(stage, 'index');
  const client = new Client(stage, habits, indexCells.transact === undefined ? IN_TIME : Infinity);
  const index = client.uses(indexCells, true);
  const slices = client.uses(home.cells(stage, 'slices'), false);
  // a sweep lists all 256 places of slices, which are one here
  const others: HomeCells = {
    ...slices,
    list: (prefix, options) => (prefix === '' ? of([]) : slices.list(prefix, options)),
  };
  const cells = (place: string) => (place === 'index' ? index : place === 'slices/00' ? slices : others);
  const clock = { now: () => timeOf(stage), schedule: scheduler.schedule.bind(scheduler) };
  return rawHive<Version, HomeCells>(cells, { ...SIZES, scheduler: clock });
}

/** A client with habits. */
class Client {
  readonly #stage: Stage;
  readonly #habits: Habits;
  readonly #patience: number;
  #requests = 0;
  #awake = 0;

  /** @param patience milliseconds after which it gives up a request that has not left */
  constructor(stage: Stage, habits: Habits, patience: number) {
    this.#stage = stage;
    this.#habits = habits;
    this.#patience = patience;
  }

  uses(cells: HomeCells, isIndex: boolean): HomeCells {
    const { pause = 0, hesitation = 0, deaf = 0, tried } = this.#habits;
    const { random } = this.#stage;
    const rest = isIndex ? 0 : Math.min(pause, this.#patience);
    const changes = <T>(change$: Observable<T>, wait = 0) =>
      this.#asks(heard(change$), isIndex, isIndex ? Math.min(hesitation, this.#patience) : wait);
    const { transact } = cells;
    const heard = <T>(answer$: Observable<T>) => answer$.pipe(tap(() => random() < deaf && lost()));
    const timed = <T>(request$: Observable<T>) => (tried === undefined ? request$ : this.#timed(request$, tried));
    return {
      ...cells,
      get: (key, options) => this.#asks(cells.get(key, options), false, rest),
      list: (prefix, options) => this.#asks(cells.list(prefix, options), false),
      create: (key, value) => changes(timed(cells.create(key, value)), rest),
      set: (key, value, condition) => changes(timed(cells.set(key, value, condition))),
      delete: (key, condition) => changes(cells.delete(key, condition)),
      ...(transact && { transact: (steps) => changes(transact(steps)) }),
    };
  }

  #asks<T>(request$: Observable<T>, isChange: boolean, rest = 0): Observable<T> {
    const { scheduler } = this.#stage;
    const { nap } = this.#habits;
    return defer(() => {
      const counts = nap !== undefined && (isChange || !nap.ofChanges);
      if (counts && ++this.#requests === nap.before)
        this.#awake = scheduler.now() + Math.min(nap.lasting, this.#patience);
      const wait = Math.max(rest, this.#awake - scheduler.now());
      const latest = scheduler.now() + this.#patience + A_MOMENT;
      const inTime = () => (scheduler.now() > latest ? late() : request$);
      return wait > 0 ? timer(wait, scheduler).pipe(concatMap(inTime)) : request$;
    });
  }

  #timed<T>(request$: Observable<T>, tried: (took: number | undefined) => void): Observable<T> {
    const { scheduler } = this.#stage;
    return defer(() => {
      const begun = scheduler.now();
      const answered = () => tried(scheduler.now() - begun);
      const failed = ({ layer }: CoordinationError) => (layer === 'server' ? answered() : tried(undefined));
      return request$.pipe(tap({ next: answered, error: failed }));
    });
  }
}

function late(): Observable<never> {
  return throwError(() => new ConnectionLostError('no reply in time', 'none', { code: 'TIMEOUT' }));
}

function lost(): never {
  throw new ConnectionLostError('the answer was lost', 'unknown');
}
