import { Observable, type SchedulerLike, Subject, type Subscriber } from 'rxjs';
import { ConnectionLostError } from '../../core/errors.js';
import type { Link } from '../../core/link.js';
import { Pipe, type PipeConditions } from './pipe.js';

/** How a link ends: reset, ended in good order, or without a word to either side. */
export type CutManner = 'reset' | 'end' | 'vanish';

/** One link of a simulated process: two pipes in front of a link that leads to an embedded server. */
export class SimulatedLink implements Link {
  readonly chunk$: Observable<Uint8Array>;
  readonly drain$ = new Subject<void>();
  readonly #toServer: Pipe;
  readonly #toClient: Pipe;
  readonly #clock: SchedulerLike;
  readonly #hangUp: () => void;
  readonly #onWrite: (bytes: Uint8Array) => boolean;
  #subscriber: Subscriber<Uint8Array> | undefined;
  #over = false;

  /**
   * @param clock the clock of the process: bytes for it wait while it is busy
   * @param hangUp tells the server that the client has gone
   * @param onWrite sees written bytes; returns whether it goes on to the server
   */
  constructor(
    server: Link,
    world: SchedulerLike,
    clock: SchedulerLike,
    conditions: { toServer: PipeConditions; toClient: PipeConditions },
    hangUp: () => void,
    onWrite: (bytes: Uint8Array) => boolean
  ) {
    this.#clock = clock;
    this.#hangUp = hangUp;
    this.#onWrite = onWrite;
    this.#toServer = new Pipe(
      world,
      conditions.toServer,
      (bytes) => void server.write(bytes),
      () => this.cut('reset')
    );
    this.#toClient = new Pipe(
      clock,
      conditions.toClient,
      (bytes) => this.#subscriber?.next(bytes),
      () => this.cut('reset')
    );
    this.chunk$ = new Observable((subscriber) => {
      this.#subscriber = subscriber;
      // eslint-disable-next-line rxjs-x/no-ignored-error -- the link of a server in memory has none
      const subscription = server.chunk$.subscribe({
        next: (bytes) => this.#toClient.push(bytes),
        complete: () => this.#toClient.end(() => subscriber.complete()),
      });
      return () => subscription.unsubscribe();
    });
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#over && this.#onWrite(bytes)) this.#toServer.push(bytes);
    return true;
  }

  soon(task: () => void): void {
    this.#clock.schedule(task);
  }

  /** Bytes that no server sent. */
  forge(bytes: Uint8Array): void {
    if (!this.#over) this.#subscriber?.next(bytes);
  }

  /** Lets the bytes that were kept back travel on. */
  release(): void {
    this.#toServer.release();
    this.#toClient.release();
  }

  /** Ends the link. */
  cut(manner: CutManner): void {
    if (this.#over) return;
    this.close();
    if (manner === 'vanish') return;
    this.#hangUp();
    this.#clock.schedule(() => {
      if (manner === 'end') this.#subscriber?.complete();
      else this.#subscriber?.error(new ConnectionLostError('the simulator has cut the link'));
    });
  }

  /** The process leaves: the server still gets the written bytes. */
  leave(): void {
    if (this.#over) return;
    this.#over = true;
    this.#toClient.close();
    this.#toServer.end(this.#hangUp);
  }

  /** Nothing gets through any more. */
  close(): void {
    this.#over = true;
    this.#toServer.close();
    this.#toClient.close();
  }
}
