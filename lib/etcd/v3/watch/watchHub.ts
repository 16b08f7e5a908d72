import { EMPTY, Observable, concat, defer, endWith, ignoreElements, retry, switchMap, takeUntil, timer } from 'rxjs';
import { backoff } from '../../../core/backoff.js';
import { ConnectionLostError, type CoordinationError, ServerError } from '../../../core/errors.js';
import { asCoordinationError } from '../../../core/failures.js';
import { DENIED, codeOf } from '../protocol/errorCode.js';
import type { MemberLink } from '../session/memberLink.js';
import type { Session } from '../session/session.js';
import { WatchStream, type WatchStreamOwner } from './watchStream.js';
import { type WatchRequest, type WatchStep, Watcher } from './watcher.js';

/**
 * All watchers of a client, on one stream. When the stream or the connection is lost, each watcher goes on after the
 * last event that it has had.
 */
export class WatchHub implements WatchStreamOwner {
  readonly #session: Session;
  readonly #watchers = new Map<number, Watcher>();
  readonly #closed$: Observable<unknown>;
  #ids = 0;
  #running = false;
  #stream: WatchStream | undefined;
  #broken: ((error: CoordinationError) => void) | undefined; // ends the stream, for another to follow

  constructor(session: Session) {
    this.#session = session;
    this.#closed$ = session.link$.pipe(ignoreElements(), endWith(undefined));
  }

  /**
   * Watches a range. **Emits** what the server says, and `down` when its stream has ended, after which nothing is lost.
   * **Completes** when the client is closed. **Errors** when the server refuses. **Unsubscribing** ends the watch.
   *
   * @param start the first revision to hear of; 0 for those after the watch was created
   */
  watch(request: WatchRequest, start: number): Observable<WatchStep> {
    return new Observable<WatchStep>((subscriber) => {
      if (this.#session.router.over) return subscriber.complete();
      const watcher = new Watcher(++this.#ids, request, start, this.#session.settings.maxReplyBytes, subscriber);
      this.#watchers.set(watcher.id, watcher);
      this.#session.meter.add('watches');
      subscriber.add(() => {
        this.#watchers.delete(watcher.id);
        this.#session.meter.add('watches', -1);
        this.#stream?.cancel(watcher);
      });
      this.#stream?.create(watcher);
      this.#run();
    }).pipe(takeUntil(this.#closed$));
  }

  refused(watcher: Watcher, reason: string): void {
    const words = reason.replace(/^rpc error: code = \w+ desc = /, '');
    const code = codeOf(DENIED, words);
    const error = new ServerError(code, DENIED, { operation: 'watch', message: `watch: ${code} (${words})` });
    if (this.#session.tokens.wanted && !watcher.renewed) {
      // servers say so of a token that has expired, too
      watcher.renewed = true;
      if (this.#session.link !== undefined) this.#session.link.tokenSince = -Infinity;
      return this.#broken?.(error);
    }
    watcher.listener.error(error);
  }

  ended(stream: WatchStream, error: CoordinationError): void {
    if (stream === this.#stream) this.#broken?.(error);
  }

  /** Watches for as long as the client is not closed. */
  #run(): void {
    if (this.#running) return;
    this.#running = true;
    this.#session.start(
      this.#session.link$.pipe(switchMap((link) => (link === undefined ? EMPTY : this.#streams(link))))
    );
  }

  /** Streams over one connection, one after the other. */
  #streams(link: MemberLink): Observable<never> {
    const { tokens, settings } = this.#session;
    const { scheduler, random, backoff: waits } = settings;
    return defer(() => concat(tokens.refresh(link), this.#serve(link))).pipe(
      retry({
        delay: (error, count) => {
          this.#session.doubt(link, asCoordinationError(error));
          return timer(backoff(count, waits, random), scheduler);
        },
      })
    );
  }

  /** One stream. **Errors** with its end. */
  #serve(link: MemberLink): Observable<never> {
    return new Observable((subscriber) => {
      let cause: CoordinationError | undefined;
      const stream = (this.#stream = new WatchStream(link, this));
      this.#broken = (error) => subscriber.error((cause = error));
      subscriber.add(() => {
        this.#stream = undefined;
        this.#broken = undefined;
        stream.close();
        const { state } = this.#session.states;
        cause ??= ('cause' in state ? state.cause : undefined) ?? new ConnectionLostError('the watch stream has ended');
        for (const { listener } of [...this.#watchers.values()]) listener.next({ kind: 'down', cause });
      });
      for (const watcher of [...this.#watchers.values()]) stream.create(watcher);
    });
  }
}
