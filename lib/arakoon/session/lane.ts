import { EMPTY, type Observable, Subject, catchError, concat, defer, filter, finalize, ignoreElements, interval, map, merge, switchMap, takeUntil, tap, timer } from 'rxjs';
import { Ring } from '../../bytes/ring.js';
import type { Endpoint } from '../../core/endpoint.js';
import { ConnectionLostError, type CoordinationError, type ServerError } from '../../core/errors.js';
import { asCoordinationError, raise } from '../../core/failures.js';
import type { Link } from '../../core/link.js';
import type { Settings } from '../options.js';
import type { Call, Carrier } from './call.js';
import { Connection, type Source } from './connection.js';
import { dial } from './dial.js';
import { Silence } from './failures.js';
import type { LaneKind } from './manner.js';

/** The node that a lane leads to. */
export interface Ground {
  readonly name: string;
  readonly cluster: string;
  readonly settings: Settings;
  /** Milliseconds until it may be dialed again. */
  readonly pause: number;
  /** The address to dial now. */
  endpoint(): Endpoint;
  /** Lets something run for as long as the client is not closed. */
  start(work$: Observable<never>): void;
  worked(): void;
  /** A connection has ended, or did not come about. */
  broke(error: CoordinationError): void;
  refused(call: Call, error: ServerError, said: string): void;
  /** This call got no answer. */
  returned(call: Call, error: CoordinationError): void;
}

/** A connection to a node, for as long as it is needed, and another when that is lost; with the calls that wait for it. */
export class Lane implements Source, Carrier {
  readonly queue = new Ring<Call>();
  readonly #ground: Ground;
  readonly #kind: LaneKind;
  readonly #drop$ = new Subject<CoordinationError>();
  readonly #retire$ = new Subject<void>();
  #connection: Connection | undefined;
  #running = false;
  #used = false; // since the connection was last looked at

  constructor(ground: Ground, kind: LaneKind) {
    this.#ground = ground;
    this.#kind = kind;
  }

  /** How many calls are here. */
  get load(): number {
    return this.queue.length + (this.#connection?.owed ?? 0);
  }

  submit(call: Call): void {
    call.boards(this);
    this.queue.push(call);
    this.#used = true;
    if (this.#running) return this.#connection?.wake();
    this.#running = true;
    this.#ground.start(this.#life());
  }

  /** Gives the connection up. */
  drop(error: CoordinationError): void {
    this.#drop$.next(error);
  }

  refused(call: Call, error: ServerError, said: string): void {
    this.#ground.refused(call, error, said);
  }

  worked(): void {
    this.#ground.worked();
  }

  abandoned(): void {
    if (this.#kind === 'own') this.#retire$.next();
  }

  /** Whether the server is slow, or gone, only its silence tells. */
  overdue(): void {
    const connection = this.#connection;
    if (connection === undefined || connection.owed === 0) return;
    const { scheduler, connectTimeout } = this.#ground.settings;
    const silence = scheduler.now() - connection.since;
    if (this.#kind === 'guard' || silence >= connectTimeout) this.drop(new Silence(this.#ground.name, silence));
  }

  /** From a dial to the end of the connection. **Completes** then; never errors. */
  #life(): Observable<never> {
    const { scheduler } = this.#ground.settings;
    const connected$ = defer(() => timer(this.#kind === 'guard' ? 0 : this.#ground.pause, scheduler)).pipe(switchMap(() => this.#dial()));
    return merge(connected$, this.#drop$.pipe(map(raise))).pipe(
      takeUntil(this.#retire$),
      tap({ complete: () => this.#over(new ConnectionLostError('not needed any more')) }),
      catchError((error: unknown) => {
        const cause = asCoordinationError(error);
        this.#ground.broke(cause);
        this.#over(cause);
        return EMPTY;
      }),
      finalize(() => this.#connection?.end())
    );
  }

  #dial(): Observable<never> {
    return dial([this.#ground.endpoint()], this.#ground.settings).pipe(switchMap((link) => this.#serve(link)));
  }

  #serve(link: Link): Observable<never> {
    const { cluster, name, settings } = this.#ground;
    const { scheduler, idle, maxReplyBytes: reply, maxInFlight: inFlight } = settings;
    const connection = new Connection(link, cluster, { reply, inFlight }, this, () => scheduler.now());
    this.#connection = connection;
    const end = () =>
      connection.heard
        ? `${name} closed the connection`
        : `${name} closed the connection without a word: it was just stopped, or it belongs to another cluster than ${JSON.stringify(cluster)}`;
    const chunks$ = link.chunk$.pipe(tap((chunk) => this.#receive(connection, chunk)));
    const drains$ = link.drain$.pipe(tap(() => connection.drained()));
    const idles$ = interval(idle, scheduler).pipe(filter(() => !this.#wasUsed()), tap(() => this.#retire$.next()));
    return merge(drains$, idles$, concat(chunks$, defer(() => raise(new ConnectionLostError(end()))))).pipe(ignoreElements());
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
    const calls = [...(this.#connection?.end() ?? []), ...this.queue];
    this.#connection = undefined;
    this.#running = false;
    this.queue.clear();
    for (const call of calls) this.#ground.returned(call, error);
  }
}
