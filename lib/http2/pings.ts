import { Observable } from 'rxjs';
import type { CoordinationError } from '../core/errors.js';

/** The questions for a sign of life that have no answer yet. An answer repeats the number of its question. */
export class Pings {
  readonly #waiting = new Map<number, (error: CoordinationError | undefined) => void>();
  #last = 0;

  /** Asks a question with `send`. **Completes** with the answer; emits nothing. */
  ask(send: (payload: Buffer) => void): Observable<never> {
    return new Observable((subscriber) => {
      const number = (this.#last = (this.#last + 1) >>> 0);
      const payload = Buffer.alloc(8);
      payload.writeUInt32BE(number, 4);
      send(payload);
      this.#waiting.set(number, (error) => (error === undefined ? subscriber.complete() : subscriber.error(error)));
      return () => this.#waiting.delete(number);
    });
  }

  /** An answer has come. */
  answered(number: number): void {
    this.#waiting.get(number)?.(undefined);
  }

  /** No answer will come any more. */
  fail(error: () => CoordinationError): void {
    for (const failed of [...this.#waiting.values()]) failed(error());
  }
}
