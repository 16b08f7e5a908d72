import { EMPTY, type Observable, ReplaySubject, defer, ignoreElements, take } from 'rxjs';
import type { Version } from '../types.js';
import type { Call } from './call.js';
import type { Outbox } from './outbox.js';
import type { Understanding } from './understanding.js';

/** Reads that could travel together are worth a wait when so many requests are under way. */
const MANY = 64;

/**
 * The requests that leave before a new server has told its version. Those that every server understands need not wait
 * for it. The first one whose form depends on the version waits, and all requests behind it do: their order is kept.
 */
export class EarlyRequests {
  /** Emits when something waits for the version. */
  readonly wanted$ = new ReplaySubject<void>(1);
  readonly #server: Understanding;
  readonly #goOn: () => void;
  readonly #acts: (() => void)[] = [];
  #stopper: Call | undefined;

  /** @param goOn called when requests that waited may go */
  constructor(server: Understanding, goOn: () => void) {
    this.#server = server;
    this.#goOn = goOn;
  }

  /** The server has told its version, or is not likely to. Requests that waited for it go out. */
  learn(version: Version | undefined): void {
    this.#server.learn(version);
    this.#end();
  }

  /** The version is not awaited any longer: requests go out without it. */
  goOn(): void {
    this.#server.goOn();
    this.#end();
  }

  /** Acts at once, or when the version is known or not awaited any longer. Meanwhile no request leaves. */
  withVersion(act: () => void): void {
    if (!this.#server.awaited) return act();
    this.#acts.push(act);
    this.wanted$.next();
  }

  /** **Completes** when the version is known, or not awaited any longer. */
  readonly settled$: Observable<never> = defer(() => {
    if (!this.#server.awaited) return EMPTY;
    this.wanted$.next();
    return this.#server.learned$.pipe(take(1), ignoreElements());
  });

  /** Whether requests of this queue will have to wait for the version, or would gain by it. */
  concerns(outbox: Outbox): boolean {
    return outbox.length > MANY || outbox.some((call) => this.#server.mustWait(call));
  }

  /** Takes out the request that goes next; `undefined`: none may go yet. */
  pull(outbox: Outbox | undefined, underWay: number, coalesces: boolean): Call | undefined {
    const call = this.#acts.length > 0 ? undefined : outbox?.next();
    if (call === undefined) return undefined;
    if (this.#server.mustWait(call)) this.#standsBefore(call);
    else if (coalesces && call.joins && underWay >= MANY) this.wanted$.next();
    else return taken(outbox!, call);
    return undefined;
  }

  /** When the caller of this request leaves, the others need not wait for it. */
  #standsBefore(call: Call): void {
    if (this.#stopper !== call) {
      this.#stopper = call;
      this.wanted$.next();
      call.subscriber.add(() => this.#goOn());
    }
  }

  #end(): void {
    for (const act of this.#acts.splice(0)) act();
    this.#goOn();
  }
}

function taken(outbox: Outbox, call: Call): Call {
  outbox.shift();
  return call;
}
