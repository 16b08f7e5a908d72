import { BehaviorSubject, type Observable, concatMap, defer, of, throwError, timer } from 'rxjs';
import type { Proof } from '../../lib/lease/tenures.js';
import { VirtualTime } from './virtualTime.js';

/** A store that proves what it is told to, in virtual time. */
export class FakeProof implements Proof {
  readonly name = '/entry';
  readonly token = 7n;
  readonly scheduler = new VirtualTime();
  readonly link$: BehaviorSubject<{ readonly timeout: number } | undefined>;
  /** When each proof was asked for. */
  readonly sent: number[] = [];
  /** When the newest of those that were answered was asked for. */
  newest = -Infinity;
  /** Milliseconds until a proof is answered; one number for each, and then the last one for all. */
  delays = [0];
  /** What the store refuses the next proofs with. */
  readonly refusals: unknown[] = [];

  constructor(timeout = 4000) {
    this.link$ = new BehaviorSubject<{ readonly timeout: number } | undefined>({ timeout });
  }

  prove(): Observable<unknown> {
    return defer(() => {
      const sent = this.scheduler.now();
      this.sent.push(sent);
      const delay = this.delays.length > 1 ? this.delays.shift()! : this.delays[0]!;
      return timer(delay, this.scheduler).pipe(
        concatMap(() => {
          if (this.refusals.length > 0) return throwError(() => this.refusals.shift());
          this.newest = Math.max(this.newest, sent);
          return of(undefined);
        })
      );
    });
  }
}
