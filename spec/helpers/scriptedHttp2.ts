import type { Subscription } from 'rxjs';
import type { CoordinationError } from '../../lib/core/errors.js';
import type { Http2Headers, Http2Link, Http2Listener, Http2Stream } from '../../lib/core/http2Link.js';
import { Flag, FrameType } from '../../lib/http2/frame.js';
import { FrameReader } from '../../lib/http2/frameReader.js';
import { FrameWriter } from '../../lib/http2/frameWriter.js';
import { headerBlock } from '../../lib/http2/hpack/headerBlock.js';
import { http2Over } from '../../lib/http2/http2Over.js';
import { TestLink } from './testLink.js';
import { meterFor } from './meterFor.js';

/** Bytes that begin a connection, before its first frame. */
const PREFACE = 24;

/** A frame that the client has sent. */
export interface SentFrame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** The bytes of one frame. */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const out = new FrameWriter();
  out.frame(type, flags, stream, Buffer.from(payload));
  return Buffer.from(out.take());
}

/** HEADERS in one frame. */
export function headersFrame(stream: number, headers: Http2Headers, flags = 0): Buffer {
  return frame(FrameType.headers, Flag.endHeaders | flags, stream, headerBlock(headers));
}

/** A client's connection of HTTP/2 whose server is the spec. */
export class ScriptedHttp2 {
  readonly link = new TestLink();
  http2!: Http2Link;
  /** Why the connection has ended, as `end$` says. */
  ended: CoordinationError | undefined;
  readonly #open: Subscription;
  #greeted = false;

  /** @param greeting whether the server's settings come at once */
  constructor(greeting = true) {
    const error = (reason: CoordinationError) => (this.ended = reason);
    const next = (http2: Http2Link) => {
      this.http2 = http2;
      http2.end$.subscribe({ error });
    };
    this.#open = http2Over(this.link, 'http://it:1', meterFor()).subscribe({ next, error });
    this.sent(); // the preface
    if (greeting) this.serve(frame(FrameType.settings, 0, 0));
    this.sent(); // the answer to the settings
  }

  /** The server sends bytes, in one piece. */
  serve(...frames: readonly Buffer[]): void {
    this.link.arrives(frames);
  }

  /** The frames that the client has sent since the last call. */
  sent(): SentFrame[] {
    this.link.run();
    const bytes = Buffer.concat(this.link.writes.splice(0));
    const start = this.#greeted ? 0 : PREFACE;
    this.#greeted = true;
    const frames: SentFrame[] = [];
    new FrameReader((type, flags, stream, all, from, to) =>
      frames.push({ type, flags, stream, payload: Buffer.from(all.subarray(from, to)) })
    ).push(bytes.subarray(start));
    return frames;
  }

  close(): void {
    this.#open.unsubscribe();
  }
}

/** A request, and everything that its listener heard. */
export class Asked implements Http2Listener {
  readonly heard: string[] = [];
  trailers: Http2Headers | undefined;
  error: CoordinationError | undefined;
  isOver = false;
  readonly stream: Http2Stream;

  constructor(link: Http2Link, body = '', path = '/a') {
    this.stream = link.request(path, {}, this);
    if (body !== '') this.stream.write(Buffer.from(body));
    this.stream.finish();
  }

  headers(headers: Http2Headers): void {
    this.heard.push(`status ${headers[':status']}`);
  }

  data(chunk: Buffer): void {
    this.heard.push(chunk.toString());
  }

  drained(): void {
    this.heard.push('drained');
  }

  ended(trailers: Http2Headers | undefined, error: CoordinationError | undefined): void {
    this.isOver = true;
    this.trailers = trailers;
    this.error = error;
  }
}
