import {
  EMPTY,
  type Observable,
  Subject,
  catchError,
  concat,
  concatMap,
  defer,
  filter,
  ignoreElements,
  map,
  merge,
  of,
  repeat,
  take,
  tap,
  throwIfEmpty,
  timer,
} from 'rxjs';
import { Redial, shuffled } from '../../client/redial.js';
import { ConnectionLostError, type CoordinationError } from '../../core/errors.js';
import { asCoordinationError, raise } from '../../core/failures.js';
import type { Trouble } from '../../core/trouble.js';
import type { Settings } from '../options.js';
import { whoMaster } from '../protocol/ops/reads.js';
import type { Exchange } from './exchange.js';
import { Silence } from './failures.js';
import type { ClusterStreams } from './clusterStreams.js';
import type { Router } from './router.js';
import { staggered } from './staggered.js';

/** Why a node is the master no longer. */
interface Doubt {
  readonly node: string;
  readonly error: CoordinationError;
  /** Whom it named instead. */
  readonly named: string | undefined;
}

/**
 * Finds out who is master, and follows it. Nodes go on naming a dead master until its lease is over, so only who names
 * itself is believed.
 */
export class Mastership {
  /**
   * The search for the master and the time with it, over and over. **Emits** nothing, and ends only with its
   * subscription.
   */
  readonly life$: Observable<never>;
  readonly #router: Router;
  readonly #exchange: Exchange;
  readonly #settings: Settings;
  readonly #streams: ClusterStreams;
  readonly #trouble: Trouble;
  readonly #doubt$ = new Subject<Doubt>();
  readonly #redial: Redial; // a failure is a round of questions in vain, or a master that was none for long
  #hint: string | undefined;
  #why: CoordinationError | undefined; // the last node that was asked is no master

  constructor(router: Router, exchange: Exchange, settings: Settings, streams: ClusterStreams, trouble: Trouble) {
    this.#router = router;
    this.#exchange = exchange;
    this.#settings = settings;
    this.#streams = streams;
    this.#trouble = trouble;
    this.#redial = new Redial(settings);
    this.life$ = defer(() => this.#search()).pipe(
      concatMap((master) =>
        this.#follow(master).pipe(catchError((error: unknown) => this.#lost(master, asCoordinationError(error))))
      ),
      repeat()
    );
  }

  /** This node may be the master no longer. */
  doubt(node: string, error: CoordinationError, named?: string): void {
    this.#doubt$.next({ node, error, named });
  }

  /** **Emits** the master's name, and completes. */
  #search(): Observable<string> {
    const wait = () => {
      const delay = this.#redial.delay();
      if (delay > 0) this.#streams.tell({ kind: 'waiting', delay });
      return delay;
    };
    return defer(() => timer(wait(), this.#settings.scheduler)).pipe(
      concatMap(() => this.#round()),
      tap({ complete: () => this.#foundNobody() }),
      repeat(),
      take(1)
    );
  }

  /** Asks every node once. **Emits** the master's name, if it is found. */
  #round(): Observable<string> {
    const names = shuffled([...this.#router.nodes.keys()], this.#settings.random);
    const hint = this.#hint;
    this.#hint = undefined;
    const order = hint !== undefined && names.includes(hint) ? [hint, ...names.filter((name) => name !== hint)] : names;
    return staggered(order, (name) => this.#proven(name), this.#settings.scheduler);
  }

  /** Asks a node, and then whom it names. **Emits** who names itself, if anybody does. */
  #proven(name: string): Observable<string> {
    return this.ask(name, this.#settings.connectTimeout).pipe(
      concatMap((named) => {
        if (named === name) return of(name);
        if (named === null) return this.#vain(`${name} knows of no master`);
        if (!this.#router.nodes.has(named))
          return this.#vain(`${name} names ${named}, which the cluster does not have`);
        return this.ask(named, this.#settings.connectTimeout).pipe(
          concatMap((own) =>
            own === named ? of(named) : this.#vain(`${name} names ${named}, which names ${own ?? 'nobody'}`)
          )
        );
      }),
      catchError((error: unknown) => {
        this.#why = asCoordinationError(error);
        if (this.#why.code === 'NO_MASTER') this.#trouble.failed(name, this.#why);
        return EMPTY;
      })
    );
  }

  #vain(why: string): Observable<never> {
    return defer(() =>
      raise(new ConnectionLostError(`no master: ${why}`, 'none', { code: 'NO_MASTER', operation: 'whoMaster' }))
    );
  }

  /** Asks a node for the master, at all of its addresses if need be. **Errors** as the last of these does. */
  ask(node: string, patience: number): Observable<string | null> {
    const { addresses } = this.#router.nodes.get(node)!;
    const at = (address: number) =>
      this.#exchange<void, string | null>(
        whoMaster,
        undefined,
        { node, timeout: patience },
        { lane: 'guard', once: true, address }
      );
    if (addresses.length === 1) return at(0);
    let failure: unknown;
    const asked = (address: number) =>
      at(address).pipe(
        tap(() => this.#router.nodes.get(node)!.prefer(address)),
        catchError((error: unknown) => {
          failure = error;
          return EMPTY;
        })
      );
    return staggered(addresses, asked, this.#settings.scheduler).pipe(throwIfEmpty(() => failure));
  }

  /** Sends calls to the master, for as long as it is one. **Errors** when it is not. */
  #follow(master: string): Observable<never> {
    const { heartbeat, scheduler } = this.#settings;
    const question$ = defer(() => this.ask(master, heartbeat)).pipe(
      tap((named) => {
        if (named !== master)
          throw new ConnectionLostError(`${master} is the master no longer: it names ${named ?? 'nobody'}`, 'none');
      }),
      ignoreElements()
    );
    const beat$ = concat(timer(heartbeat, scheduler).pipe(ignoreElements()), question$).pipe(repeat());
    const doubt$ = this.#doubt$.pipe(
      filter(({ node }) => node === master),
      map(({ error, named }) => {
        this.#hint = named;
        return raise(error);
      })
    );
    const begin$ = defer(() => {
      this.#redial.begins();
      this.#trouble.over();
      this.#streams.found(master);
      this.#router.lead(master);
      return EMPTY;
    });
    return merge(doubt$, beat$, begin$);
  }

  #foundNobody(): void {
    this.#redial.failed();
    this.#streams.searching(this.#why);
  }

  #lost(master: string, error: CoordinationError): Observable<never> {
    this.#redial.ends();
    this.#why = error;
    this.#router.lead(undefined);
    this.#streams.searching(error);
    // nor will it answer anything else
    if (error.code === 'TIMEOUT') this.#router.nodes.get(master)!.drop(new Silence(master, this.#settings.heartbeat));
    return EMPTY;
  }
}
