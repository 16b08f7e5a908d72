import { type MonoTypeOperatorFunction, type Observable, defer, tap } from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import { CHARGED, type Charge, type Charged } from '../../operators/bracket.js';
import type { Call } from './call.js';

/** A request that says how far it has got. */
interface Followable<R> extends Observable<R> {
  inBatch(batch: undefined, watching: (call: Call) => void, attempt: MonoTypeOperatorFunction<R>): Observable<R>;
}

/** The key of an option of `create`, for callers that give back the nodes that they create. */
export const CUSTODY: unique symbol = Symbol('custody');

/**
 * Whether a node that is to be given back may be there by now: the request for it has left, or its answer was lost. One
 * that has not left can be taken back instead.
 */
export class Custody implements Charge {
  onFree: (() => void) | undefined;
  #call: Call | undefined;
  #there = false;

  get owed(): boolean {
    return this.#there || this.#call?.sent === true;
  }

  /** The same request, followed each time that it is sent. */
  follow<R>(request$: Observable<R>): Observable<R> {
    const attempt = tap<R>({
      next: () => void (this.#there = true),
      error: (error: unknown) => {
        this.#call = undefined;
        if (!isCoordinationError(error) || error.effect === 'unknown') this.#there = true;
        else if (!this.#there) this.onFree?.(); // a refusal after an answer that was lost may be about our own node
      },
    });
    return (request$ as Followable<R>).inBatch(undefined, (call) => (this.#call = call), attempt);
  }

  /** A search has shown that there is no node. */
  clear(): void {
    this.#there = false;
    this.onFree?.();
  }
}

/** A request that `bracket` takes back as long as it has not left. */
export function charged<R>(ask: (custody: Custody) => Observable<R>): Charged<R> {
  const charge = () => {
    const custody = new Custody();
    return { acquire$: defer(() => ask(custody)), charge: custody };
  };
  return Object.assign(
    defer(() => ask(new Custody())),
    { [CHARGED]: charge }
  );
}
