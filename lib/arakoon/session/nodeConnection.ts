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
  switchMap,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import type { Endpoint } from '../../core/endpoint.js';
import { ConnectionLostError, type CoordinationError } from '../../core/errors.js';
import { asCoordinationError, raise } from '../../core/failures.js';
import type { Call, Carrier } from './call.js';
import { CallQueue } from './callQueue.js';
import type { ClientContext } from './clientContext.js';
import { Connection, type Source } from './connection.js';
import { type Dialled, dial } from './dial.js';
import { Silence } from './failures.js';
import { silence } from './silence.js';
import type { Ground } from './ground.js';
import type { LaneKind } from './callProfile.js';

/**
 * A connection to a node, for as long as it is needed, and another when that is lost; with the calls that wait for it.
 */
export class NodeConnection implements Source, Carrier {
  readonly queue = new CallQueue();
  readonly #context: ClientContext;
  readonly #ground: Ground;
  readonly #kind: LaneKind;
  readonly #addresses: () => readonly Endpoint[];
  readonly #drop$ = new Subject<CoordinationError>();
  readonly #retire$ = new Subject<void>();
  readonly #busy$ = new Subject<void>();
  #endpoint: Endpoint;
  #connection: Connection | undefined;
  #running = false;
  #parked = 0; // calls that wait for a connection
  #used = false; // since the connection was last looked at
  #proved = false; // that the connection is one

  /** @param addresses in the order in which they are to be tried */
  constructor(context: ClientContext, ground: Ground, kind: LaneKind, addresses: () => readonly Endpoint[]) {
    this.#context = context;
    this.#ground = ground;
    this.#kind = kind;
    this.#addresses = addresses;
    this.#endpoint = addresses()[0]!;
  }

  get node(): string {
    return this.#ground.name;
  }

  /** How many calls are here. */
  get load(): number {
    return this.queue.length + (this.#connection?.owed ?? 0);
  }

  /** Whether there is a connection, or one is being made. */
  get isOpen(): boolean {
    return this.#running;
  }

  /** Whether the node has answered on the connection that there is. */
  get stands(): boolean {
    return this.#connection !== undefined && this.#proved;
  }

  submit(call: Call): void {
    // questions about the master are few, and all others wait for their answers
    if (this.#connection === undefined && this.#kind !== 'guard' && this.#context.calls.isFull)
      return this.#context.calls.crowded(call);
    call.boards(this);
    this.queue.push(call);
    this.#used = true;
    if (this.#connection === undefined) this.#parks(this.#parked + 1);
    if (this.#running) return this.#connection?.writer.wake();
    this.#begin();
  }

  /** Gives the connection up. */
  drop(error: CoordinationError): void {
    this.#drop$.next(error);
  }

  worked(): void {
    const first = !this.#proved;
    if (first) this.#context.meter.add('connections');
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
    const { scheduler, connectTimeout, heartbeat } = this.#context.settings;
    const silent = scheduler.now() - connection.since;
    // questions about the master are answered at once
    if (silent >= (this.#kind === 'guard' ? Math.min(connectTimeout, heartbeat) / 2 : connectTimeout))
      this.drop(new Silence(this.#ground.name, silent));
  }

  #begin(): void {
    this.#running = true;
    this.#context.start(this.#life());
  }

  /** From a dial to the end of the connection. **Completes** then; never errors. */
  #life(): Observable<never> {
    const { scheduler } = this.#context.settings;
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
    return dial(addresses, this.#context.settings, (endpoint) => this.#ground.dialing(endpoint)).pipe(
      switchMap((dialled) => this.#serve(dialled))
    );
  }

  #serve({ link, endpoint }: Dialled): Observable<never> {
    const { cluster, settings } = this.#context;
    const { name } = this.#ground;
    const { scheduler, idle } = settings;
    const connection = new Connection(link, this.#context, this);
    this.#connection = connection;
    this.#parks(0);
    this.#endpoint = endpoint;
    this.#proved = false;
    const end = () =>
      connection.heard
        ? `${name} closed the connection`
        : `${name} closed the connection without a word: it was just stopped, or it belongs to another cluster than ` +
          JSON.stringify(cluster);
    const chunks$ = link.chunk$.pipe(tap((chunk) => this.#receive(connection, chunk)));
    const drains$ = link.drain$.pipe(tap(() => connection.writer.drained()));
    const idles$ = interval(idle, scheduler).pipe(
      filter(() => !this.#wasUsed()),
      tap(() => this.#retire$.next())
    );
    const silences$ = this.#busy$.pipe(exhaustMap(() => silence(connection, name, this.#kind === 'roam', settings)));
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

  /** So many calls wait here for a connection. */
  #parks(calls: number): void {
    this.#context.parked += calls - this.#parked;
    this.#parked = calls;
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
    this.#parks(this.queue.length);
    if (stay) this.#begin();
    for (const call of sent) this.#context.calls.returned(call, error);
    for (const call of unsent) this.#context.calls.returned(call, error);
  }
}
