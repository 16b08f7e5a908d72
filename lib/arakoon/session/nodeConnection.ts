import {
  EMPTY,
  type Observable,
  Subject,
  catchError,
  concat,
  defer,
  exhaustMap,
  filter,
  finalize,
  ignoreElements,
  interval,
  map,
  merge,
  repeat,
  switchMap,
  takeUntil,
  takeWhile,
  tap,
  timer,
} from 'rxjs';
import type { Endpoint } from '../../core/endpoint.js';
import { ConnectionLostError, type CoordinationError, type ServerError } from '../../core/errors.js';
import { asCoordinationError, raise } from '../../core/failures.js';
import type { Settings } from '../options.js';
import type { Call, Carrier } from './call.js';
import { CallQueue } from './callQueue.js';
import { Connection, type Source } from './connection.js';
import { type Dialled, dial } from './dial.js';
import { Silence } from './failures.js';
import type { LaneKind } from './callProfile.js';

/** The node that a lane leads to. */
export interface Ground {
  readonly name: string;
  readonly cluster: string;
  readonly settings: Settings;
  /** Milliseconds until it may be dialed again. */
  readonly pause: number;
  /** Whether calls of this kind are better off elsewhere, when there is no connection. */
  elsewhere(kind: LaneKind): boolean;
  dialing(endpoint: Endpoint): void;
  /** Lets something run for as long as the client is not closed. */
  start(work$: Observable<never>): void;
  /** The server has answered; for the first time on a connection, it has also taken us in. */
  worked(kind: LaneKind, first: boolean): void;
  /** A connection has ended, or did not come about. */
  broke(error: CoordinationError, endpoint: Endpoint, established: boolean): void;
  refused(call: Call, error: ServerError, said: string): void;
  /** This call got no answer. */
  returned(call: Call, error: CoordinationError): void;
}

/**
 * A connection to a node, for as long as it is needed, and another when that is lost; with the calls that wait for it.
 */
export class NodeConnection implements Source, Carrier {
  readonly queue = new CallQueue();
  readonly #ground: Ground;
  readonly #kind: LaneKind;
  readonly #addresses: () => readonly Endpoint[];
  readonly #drop$ = new Subject<CoordinationError>();
  readonly #retire$ = new Subject<void>();
  readonly #busy$ = new Subject<void>();
  #endpoint: Endpoint;
  #connection: Connection | undefined;
  #running = false;
  #used = false; // since the connection was last looked at
  #proved = false; // that the connection is one

  /** @param addresses in the order in which they are to be tried */
  constructor(ground: Ground, kind: LaneKind, addresses: () => readonly Endpoint[]) {
    this.#ground = ground;
    this.#kind = kind;
    this.#addresses = addresses;
    this.#endpoint = addresses()[0]!;
  }

  /** How many calls are here. */
  get load(): number {
    return this.queue.length + (this.#connection?.owed ?? 0);
  }

  /** Whether the node has answered on the connection that there is. */
  get stands(): boolean {
    return this.#connection !== undefined && this.#proved;
  }

  submit(call: Call): void {
    call.boards(this);
    this.queue.push(call);
    this.#used = true;
    if (this.#running) return this.#connection?.wake();
    this.#begin();
  }

  /** Gives the connection up. */
  drop(error: CoordinationError): void {
    this.#drop$.next(error);
  }

  refused(call: Call, error: ServerError, said: string): void {
    this.#ground.refused(call, error, said);
  }

  worked(): void {
    const first = !this.#proved;
    this.#proved = true;
    this.#ground.worked(this.#kind, first);
  }

  owes(): void {
    this.#busy$.next();
  }

  abandoned(left: boolean): void {
    if (!left) this.queue.abandon();
    if (this.#kind === 'own' || (this.#kind === 'guard' && !this.stands && this.queue.idle)) this.#retire$.next();
  }

  /** Whether the server is slow, or gone, only its silence tells. */
  overdue(): void {
    const connection = this.#connection;
    if (connection === undefined || connection.owed === 0) return;
    const { scheduler, connectTimeout, heartbeat } = this.#ground.settings;
    const silence = scheduler.now() - connection.since;
    // questions about the master are answered at once
    if (silence >= (this.#kind === 'guard' ? Math.min(connectTimeout, heartbeat) / 2 : connectTimeout))
      this.drop(new Silence(this.#ground.name, silence));
  }

  #begin(): void {
    this.#running = true;
    this.#ground.start(this.#life());
  }

  /** From a dial to the end of the connection. **Completes** then; never errors. */
  #life(): Observable<never> {
    const { scheduler } = this.#ground.settings;
    const connected$ = defer(() => timer(this.#kind === 'guard' ? 0 : this.#ground.pause, scheduler)).pipe(
      switchMap(() => this.#dial())
    );
    return merge(connected$, this.#drop$.pipe(map(raise))).pipe(
      takeUntil(this.#retire$),
      tap({ complete: () => this.#over(new ConnectionLostError('not needed any more')) }),
      catchError((error: unknown) => {
        const cause = asCoordinationError(error);
        this.#ground.broke(cause, this.#endpoint, this.#connection !== undefined);
        this.#over(cause);
        return EMPTY;
      }),
      finalize(() => this.#connection?.end())
    );
  }

  #dial(): Observable<never> {
    const addresses = this.#addresses();
    this.#endpoint = addresses[0]!;
    return dial(addresses, this.#ground.settings, (endpoint) => this.#ground.dialing(endpoint)).pipe(
      switchMap((dialled) => this.#serve(dialled))
    );
  }

  #serve({ link, endpoint }: Dialled): Observable<never> {
    const { cluster, name, settings } = this.#ground;
    const { scheduler, idle, maxReplyBytes: reply, maxInFlight: inFlight } = settings;
    const connection = new Connection(link, cluster, { reply, inFlight }, this, () => scheduler.now());
    this.#connection = connection;
    this.#endpoint = endpoint;
    this.#proved = false;
    const end = () =>
      connection.heard
        ? `${name} closed the connection`
        : `${name} closed the connection without a word: it was just stopped, or it belongs to another cluster than ${JSON.stringify(cluster)}`;
    const chunks$ = link.chunk$.pipe(tap((chunk) => this.#receive(connection, chunk)));
    const drains$ = link.drain$.pipe(tap(() => connection.drained()));
    const idles$ = interval(idle, scheduler).pipe(
      filter(() => !this.#wasUsed()),
      tap(() => this.#retire$.next())
    );
    const silences$ = this.#busy$.pipe(exhaustMap(() => this.#silence(connection)));
    return merge(
      drains$,
      idles$,
      silences$,
      concat(
        chunks$,
        defer(() => raise(new ConnectionLostError(end())))
      )
    ).pipe(ignoreElements());
  }

  /**
   * **Errors** when the server makes no progress with what it owes for as long as a dial may take, unless it may be at
   * work:
   * reads that any node may answer need not wait for it, and an answer that has begun is ready. **Completes** when it
   * owes nothing.
   */
  #silence(connection: Connection): Observable<never> {
    const { scheduler, connectTimeout } = this.#ground.settings;
    const left = () => connection.since + connectTimeout - scheduler.now();
    return defer(() => timer(left() > 0 ? left() : connectTimeout, scheduler)).pipe(
      tap(() => {
        const stuck = connection.owed > 0 && left() <= 0 && (this.#kind === 'roam' || connection.begun);
        if (stuck) throw new Silence(this.#ground.name, connectTimeout - left());
      }),
      repeat(),
      // eslint-disable-next-line rxjs-x/no-ignored-takewhile-value -- the timer says when to look, the connection says what
      takeWhile(() => connection.owed > 0),
      ignoreElements()
    );
  }

  #receive(connection: Connection, chunk: Uint8Array): void {
    connection.receive(chunk);
    if (this.#kind === 'own' && this.load === 0) this.#retire$.next();
  }

  #wasUsed(): boolean {
    const used = this.#used || this.load > 0;
    this.#used = false;
    return used;
  }

  /** Nothing goes out, and nothing comes in, until there is another connection. */
  #over(error: CoordinationError): void {
    const sent = this.#connection?.end() ?? [];
    this.#connection = undefined;
    this.#running = false;
    const stay = this.queue.length > 0 && !this.#ground.elsewhere(this.#kind);
    const unsent = stay ? [] : this.queue.take();
    if (stay) this.#begin();
    for (const call of sent) this.#ground.returned(call, error);
    for (const call of unsent) this.#ground.returned(call, error);
  }
}
