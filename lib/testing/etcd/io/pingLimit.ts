import type { ServerHttp2Session } from 'node:http2';
import type { SchedulerLike } from 'rxjs';

/** The shortest time between two pings with calls under way (`--grpc-keepalive-min-time`), and without any. */
const SHORTEST = 5_000;
const SHORTEST_IDLE = 2 * 60 * 60 * 1000;
/** So many pings may come too early. */
const TOLERATED = 2;
const ENHANCE_YOUR_CALM = 11;

/** Hangs up on a client that sends pings too often, as a gRPC server in Go does. */
export class PingLimit {
  readonly #session: ServerHttp2Session;
  readonly #scheduler: SchedulerLike;
  #last = -Infinity;
  #tooEarly = 0;
  #calls = 0;
  #sending = 0;
  #pardoned = false;

  constructor(session: ServerHttp2Session, scheduler: SchedulerLike) {
    this.#session = session;
    this.#scheduler = scheduler;
    session.on('ping', () => this.#ping());
  }

  begun(): void {
    this.#calls++;
  }

  ended(): void {
    this.#calls--;
  }

  /** The server sends something. Pings may come at any time meanwhile, and one after it. */
  sending(): void {
    this.#sending++;
  }

  /** What was to be sent is sent. */
  sent(): void {
    this.#sending--;
    this.#pardoned = true;
  }

  #ping(): void {
    const now = this.#scheduler.now();
    const wait = now - this.#last;
    this.#last = now;
    if (this.#pardoned || this.#sending > 0) {
      this.#pardoned = false;
      this.#tooEarly = 0;
    } else if (wait < (this.#calls > 0 ? SHORTEST : SHORTEST_IDLE) && ++this.#tooEarly > TOLERATED) this.#hangUp();
  }

  #hangUp(): void {
    this.#session.goaway(ENHANCE_YOUR_CALM, 0, Buffer.from('too_many_pings'));
    this.#scheduler.schedule(() => this.#session.destroy());
  }
}
