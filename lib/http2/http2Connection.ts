import {
  NEVER,
  type Observable,
  ReplaySubject,
  catchError,
  concat,
  defer,
  finalize,
  ignoreElements,
  merge,
  tap,
  throwError,
} from 'rxjs';
import type { Meter } from '../client/meter.js';
import { TurnWriter } from '../bytes/turnWriter.js';
import { ConnectError, ConnectionLostError, type CoordinationError } from '../core/errors.js';
import { asCoordinationError } from '../core/failures.js';
import {
  GoneAway,
  type Http2Headers,
  type Http2Link,
  type Http2Listener,
  type Http2Stream,
} from '../core/http2Link.js';
import type { Link } from '../core/link.js';
import { StillbornRequest } from '../transport/stillbornRequest.js';
import { type AnswerHost, AnswerReader } from './answerReader.js';
import { ClientStream, type StreamHost } from './clientStream.js';
import { Flag, FrameType, Http2Fault, Reason } from './frame.js';
import { FrameWriter } from './frameWriter.js';
import { greeting } from './greeting.js';
import { HeaderBlocks } from './hpack/headerBlocks.js';
import { Pings } from './pings.js';
import { SendQueue } from './sendQueue.js';

/** More bytes than this that the server provokes without taking them end the connection. */
const FLOOD = 1024 * 1024;

/** {@link Http2Link} over a connection of bytes: HTTP/2 as a client needs it. Source: RFC 9113. */
export class Http2Connection implements Http2Link, StreamHost, AnswerHost {
  readonly end$: Observable<never>;
  /** Emits when the server has sent its settings. **Errors** with a `ConnectError` when it does not speak HTTP/2. */
  readonly ready$ = new ReplaySubject<void>(1);
  /** Reads and writes while it is subscribed to. Never completes. */
  readonly life$: Observable<never>;
  readonly #link: Link;
  readonly #queue = new SendQueue();
  readonly #blocks: HeaderBlocks;
  readonly #out = new FrameWriter();
  readonly #writer: TurnWriter;
  readonly #reader: AnswerReader;
  readonly #end$ = new ReplaySubject<never>(1);
  readonly #pings = new Pings();
  #ended: string | undefined; // why it takes no new requests
  #isLost = false;

  /** @param url scheme, host and port, as `http://10.0.0.1:2379` */
  constructor(link: Link, url: string, meter: Meter) {
    this.#link = link;
    this.#blocks = new HeaderBlocks(url);
    this.#writer = new TurnWriter(link, this.#out, meter, this.#fill);
    this.#reader = new AnswerReader(this.#queue, this);
    this.end$ = this.#end$;
    this.life$ = merge(concat(this.#chunks(), NEVER), link.drain$.pipe(tap(() => this.#writer.drained()))).pipe(
      ignoreElements(),
      finalize(() => this.#lose('the connection was closed'))
    );
    greeting(this.#out);
    this.#writer.wake();
  }

  request(path: string, headers: Http2Headers, listener: Http2Listener): Http2Stream {
    if (this.#ended !== undefined) {
      const error = this.#error('none');
      return new StillbornRequest(() => listener.ended(undefined, error));
    }
    const stream = new ClientStream(this, this.#blocks.of(path, headers), listener);
    this.#queue.add(stream);
    this.#writer.wake();
    return stream;
  }

  soon(task: () => void): void {
    this.#link.soon(task);
  }

  ping(): Observable<never> {
    const send = (payload: Buffer) => {
      this.#out.frame(FrameType.ping, 0, 0, payload);
      this.#writer.wake();
    };
    return defer(() => (this.#isLost ? throwError(() => this.#error('none')) : this.#pings.ask(send)));
  }

  ready(stream: ClientStream): void {
    this.#queue.ready(stream);
    this.#writer.wake();
  }

  abandon(stream: ClientStream, reason: number): void {
    if (stream.id === 0 || !this.#queue.streams.delete(stream.id)) return;
    this.#out.reset(stream.id, reason);
    this.#writer.wake();
  }

  reset(stream: number, reason: number): void {
    this.#out.reset(stream, reason);
  }

  free(stream: number, credit: number): void {
    this.#out.windowUpdate(stream, credit);
    this.#writer.wake();
  }

  settled(): void {
    this.#out.settingsAck();
    this.ready$.next();
  }

  pinged(payload: Buffer): void {
    this.#out.frame(FrameType.ping, Flag.ack, 0, payload);
  }

  answered(number: number): void {
    this.#pings.answered(number);
  }

  goesAway(last: number, reason: number, words: string): void {
    const goodbye = new GoneAway(reason, words);
    this.#ends(goodbye.message, goodbye);
    for (const stream of this.#queue.streams.values()) {
      if (stream.id <= last) continue;
      this.#queue.streams.delete(stream.id);
      stream.broke(this.#error('none'));
    }
    this.#endUnsent();
  }

  #chunks(): Observable<unknown> {
    return this.#link.chunk$.pipe(
      tap({ next: (chunk) => this.#read(chunk), complete: () => this.#lose('the server closed the connection') }),
      catchError((error: unknown) => {
        this.#lose(asCoordinationError(error).message);
        return NEVER;
      })
    );
  }

  #read(chunk: Uint8Array): void {
    if (this.#isLost) return;
    const { buffer, byteOffset, length } = chunk;
    this.#writer.hold(length);
    try {
      this.#reader.push(Buffer.from(buffer, byteOffset, length));
      if (this.#out.length > FLOOD && this.#writer.congested)
        throw new Http2Fault(Reason.enhanceYourCalm, 'the server asks for much and takes nothing');
      this.#writer.release();
    } catch (error) {
      this.#fail(asCoordinationError(error));
    }
  }

  /** The server breaks the rules: it hears so, and the connection is over. */
  #fail(error: CoordinationError): void {
    this.#out.goAway(error instanceof Http2Fault ? error.reason : Reason.protocol);
    this.#writer.send();
    this.#lose(error.message);
  }

  /** Nothing comes any more, and nothing leaves. */
  #lose(why: string): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#reader.stop();
    this.#writer.stop();
    this.#ends(why);
    const streams = this.#queue.streams.values();
    this.#queue.streams.clear();
    for (const stream of streams) stream.broke(this.#error('unknown'));
    this.#endUnsent();
    this.#pings.fail(() => this.#error('none'));
  }

  /** No new requests are taken. */
  #ends(why: string, error?: CoordinationError): void {
    if (this.#ended === undefined) {
      this.#ended = why;
      this.#end$.error(error ?? this.#error('none'));
      this.ready$.error(new ConnectError(why));
    } else if (this.#isLost) this.#ended = why;
  }

  #endUnsent(): void {
    for (const stream of this.#queue.unsent()) stream.broke(this.#error('none'));
  }

  #error(effect: 'none' | 'unknown'): ConnectionLostError {
    return new ConnectionLostError(this.#ended, effect);
  }

  readonly #fill = (): void => {
    this.#queue.fill(this.#out, this.#isFull);
    this.#writer.send();
    if (this.#queue.isSpent && this.#ended === undefined) {
      this.#ends('the connection has had as many requests as it can');
      this.#endUnsent();
    }
  };

  readonly #isFull = (): boolean => {
    if (!this.#writer.full) return false;
    this.#writer.send();
    return this.#writer.congested;
  };
}
