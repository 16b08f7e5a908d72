import { type Observable, type SchedulerLike, Subject, defer, map, of } from 'rxjs';
import { type Codec, utf8 } from '../../core/codecs.js';
import { CLOCK, type Held } from '../../lease/held.js';
import { type LeaseError, leaseLost } from '../../lease/leaseError.js';
import type { SequenceOptions } from '../client/requestOptions.js';
import { steps } from '../client/steps.js';
import type { Step } from '../protocol/step.js';
import { changeLock } from './changeLock.js';
import { type LockState, type LockClient, lockText } from './lockState.js';

/** Stands for the value of the key, among the values of a view. */
const HELD = Symbol('what the key of the lock says');

/** A lock that is ours, until it is given back or broken. That it is broken is noticed late: let the servers check. */
export class HeldLock<K = string, V = Uint8Array> implements Held {
  readonly key: K;
  /**
   * The fencing token: every later holder has a higher one, so that a resource that compares numbers can refuse a late
   * holder.
   */
  readonly token: bigint;
  /** @internal */
  readonly [CLOCK]: SchedulerLike;
  readonly #arakoon: LockClient<K, V>;
  readonly #state: LockState;
  readonly #controller = new AbortController();
  #releasing = false;
  #over = false;
  #lost: LeaseError | undefined;
  /** @internal emits when it has been given back */
  readonly over$ = new Subject<void>();

  /** @internal */
  constructor(arakoon: LockClient<K, V>, key: K, state: LockState) {
    this.#arakoon = arakoon;
    this.#state = state;
    this.key = key;
    this.token = state.token;
    this[CLOCK] = arakoon.scheduler;
  }

  /** Aborts when it is known to be lost, and when it begins to be given back. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why it is no longer held, as far as is known here; `undefined` while it is held. */
  get lost(): LeaseError | undefined {
    return this.#lost;
  }

  /**
   * A sequence that is done only while the lock is held: it begins with an assertion of the key, so that the server
   * refuses it with `ASSERTION_FAILED` once the lock is broken, whatever is known here.
   */
  sequence(inner: readonly Step<K, V>[], options?: SequenceOptions): Observable<void> {
    const { value } = this.#arakoon.codecs;
    const guarded: Codec<V | typeof HELD> = {
      encode: (it) => (it === HELD ? utf8.encode(lockText(this.#state)!) : value.encode(it)),
      decode: (bytes) => value.decode(bytes),
    };
    const view = this.#arakoon.with<K, V | typeof HELD>({ value: guarded });
    return view.sequence([steps.assert(this.key, HELD), ...inner], options);
  }

  /**
   * Gives it back. **Emits** when it is free, and completes; goes on trying over lost links. Again is the same as once.
   */
  release(): Observable<void> {
    return defer(() => {
      if (this.#over) return of(undefined);
      const { token } = this;
      this.#releasing = true;
      this.#lose(leaseLost(String(this.key), 'given back'));
      return changeLock(this.#arakoon, this.key, this.#state, { token, holder: undefined }).pipe(
        map(() => this.#end())
      );
    });
  }

  /**
   * @internal The key says something else. Returns whether that is our own doing: a release whose answer is late, or
   * lost, or is not waited for any more. Otherwise another client has broken the lock.
   */
  changed(broken: LeaseError): boolean {
    if (this.#releasing) this.#end();
    this.#over = true;
    this.#lose(broken);
    return this.#releasing;
  }

  #lose(why: LeaseError): void {
    this.#lost ??= why;
    this.#controller.abort(why); // again is the same as once
  }

  #end(): void {
    this.#over = true;
    this.over$.next();
  }
}
