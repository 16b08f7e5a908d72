import { BehaviorSubject, NEVER, Observable, type Subscriber, delay, timer, mergeMap } from 'rxjs';
import { checkedOptions, type BridgeOptions } from '../../lib/bridge/bridgeOptions.js';
import { type PageLine, type PageLineOptions, pageLine } from '../../lib/bridge/browser/pageLine.js';
import { type Wire, lost } from '../../lib/bridge/browser/wire.js';
import { encodeForPage } from '../../lib/bridge/server/encodeForPage.js';
import { Hub } from '../../lib/bridge/server/hub.js';
import type { Line } from '../../lib/bridge/server/line.js';
import { RemoteError } from '../../lib/bridge/shared/bridgeError.js';
import { decode } from '../../lib/bridge/shared/decode.js';
import { encode } from '../../lib/bridge/shared/encode.js';
import type { Caller, Sources } from '../../lib/bridge/types.js';
import { VirtualTime } from '../helpers/virtualTime.js';

/** Milliseconds that a piece of text, a request or an answer travels. */
const TRAVEL = 20;

/** A server and pages in virtual time: no HTTP, but lines that take a while, and that a test cuts. */
export class BridgeGround {
  readonly time = new VirtualTime();
  /** The server; a test may put another in its place, as a restart does. */
  hub: Hub;
  /** Whether the server answers. */
  isUp = true;
  /** Requests for lines, and requests on lines, that have reached the server. */
  readonly requests: string[] = [];
  readonly texts: string[] = [];
  readonly #sources: Sources;
  readonly #options: Partial<BridgeOptions<Caller>>;
  readonly #cuts = new Set<() => void>();

  constructor(sources: Sources, options: Partial<BridgeOptions<Caller>> = {}) {
    this.#sources = sources;
    this.#options = options;
    this.hub = this.#newHub();
  }

  #newHub(): Hub {
    const options = { authorize: () => undefined, ...this.#options, scheduler: this.time };
    return new Hub(this.#sources, checkedOptions<Caller>(options));
  }

  /** Kills the server, with its lines. */
  kill(): void {
    this.isUp = false;
    this.cut();
    this.hub.close();
  }

  restart(): void {
    this.hub = this.#newHub();
    this.isUp = true;
  }

  /** Cuts every line; requests under way lose their answers. */
  cut(): void {
    for (const cut of [...this.#cuts]) cut();
  }

  /** @param room how many events the reader takes at once; a function, as it may change */
  wire(caller: Caller = { id: 'page' }, room: () => number = () => Infinity): Wire {
    const travelling = <T>(work: (subscriber: Subscriber<T>) => () => void) =>
      new Observable<T>((subscriber) => {
        if (!this.isUp) return subscriber.error(lost());
        const end = work(subscriber);
        const cut = () => subscriber.error(lost(undefined, 'unknown'));
        this.#cuts.add(cut);
        return () => {
          this.#cuts.delete(cut);
          end();
        };
      });
    return {
      open: () =>
        travelling<string>((subscriber) => {
          this.requests.push('open');
          let line: Line | undefined;
          const opening = timer(TRAVEL, this.time).subscribe(() => {
            if (!this.isUp) return;
            try {
              line = this.hub.open(caller);
            } catch (error) {
              return subscriber.error(decode(encodeForPage(error)));
            }
            line.onReady = () => {
              if (line!.ended) return subscriber.complete();
              for (let i = room(); i > 0; i--) {
                const text = line!.take();
                if (text === undefined) return;
                this.texts.push(text);
                this.time.schedule(() => subscriber.next(text), TRAVEL);
              }
            };
          });
          return () => {
            opening.unsubscribe();
            line?.end();
          };
        }),
      send: (message) =>
        travelling<unknown>((subscriber) => {
          const answer$ = timer(TRAVEL, this.time).pipe(
            mergeMap(() => {
              const body = encode(message);
              this.requests.push(body);
              return this.isUp ? this.hub.answer(caller, body) : NEVER;
            }),
            delay(TRAVEL, this.time)
          );
          const error = (failure: unknown) =>
            subscriber.error(failure instanceof RemoteError ? decode(encodeForPage(failure)) : failure);
          const answer = answer$.subscribe({
            next: (text) => subscriber.next(decode(text)),
            error,
            complete: () => subscriber.complete(),
          });
          return () => answer.unsubscribe();
        }),
    };
  }

  page(wire: Wire = this.wire(), options: Partial<PageLineOptions> = {}): PageLine {
    return pageLine(wire, {
      backoff: { min: 100, max: 1000 },
      linger: 0,
      random: () => 0.5,
      scheduler: this.time,
      seen$: new BehaviorSubject(true),
      online$: NEVER,
      ...options,
    });
  }
}
