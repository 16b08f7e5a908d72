import { type Observable, tap } from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import type { Charge } from '../../operators/bracket.js';
import type { Call } from './call.js';
import { Request } from './exchange.js';

/** Whether a write that is to be undone may have been done by now. One that has not left can be taken back instead. */
export class Custody implements Charge {
  onFree: (() => void) | undefined;
  #call: Call | undefined;
  #done = false;

  get owed(): boolean {
    return this.#done || this.#call?.effect === 'unknown';
  }

  /** The same request, followed each time that it is sent. One that cannot be followed counts as done. */
  follow<T>(request$: Observable<T>): Observable<T> {
    const attempt = tap<T>({
      next: () => void (this.#done = true),
      error: (error: unknown) => {
        this.#call = undefined;
        if (!isCoordinationError(error) || error.effect === 'unknown') this.#done = true;
        else if (!this.#done) this.onFree?.();
      },
    });
    if (request$ instanceof Request) return (request$ as Request<T>).followed((call) => (this.#call = call), attempt);
    this.#done = true;
    return attempt(request$);
  }
}
