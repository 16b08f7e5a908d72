import { type Observable, Subject, asyncScheduler, takeUntil } from 'rxjs';
import { refusingClosed } from '../../client/interruption.js';
import type { MemoryCells, MemoryStore } from '../memoryStore.js';

/** A client of a store in memory. It can be closed, as that of any store, and then refuses requests. */
export class MemoryClient {
  readonly #store: MemoryStore;
  readonly #closed$ = new Subject<void>();
  readonly #ending = { scheduler: asyncScheduler, isOver: () => this.#isClosed };
  #isClosed = false;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  /** The cells whose keys begin with `prefix`. */
  cells(prefix: string): MemoryCells {
    const cells = this.#store.cells(prefix);
    const request = <A extends readonly unknown[], R>(operation: string, send: (...args: A) => Observable<R>) => {
      return (...args: A) => send(...args).pipe(refusingClosed(this.#ending, 'wait', () => ({ operation })));
    };
    const value = <R>(operation: string, follow: (key: string) => Observable<R>) => {
      const refusal = refusingClosed<R>(this.#ending, 'value', () => ({ operation }));
      return (key: string) => follow(key).pipe(refusal, takeUntil(this.#closed$));
    };
    return {
      ...cells,
      get: request('get', cells.get),
      create: request('create', cells.create),
      set: request('set', cells.set),
      delete: request('delete', cells.delete),
      list: request('list', cells.list),
      transact: request('transact', cells.transact),
      watch: value('watch', cells.watch),
      watchPrefix: value('watchPrefix', cells.watchPrefix),
    };
  }

  /** Watches complete. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#closed$.next();
    return Promise.resolve();
  }
}
