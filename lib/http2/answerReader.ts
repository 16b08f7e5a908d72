import type { ClientStream } from './clientStream.js';
import { Flag, FrameType, Http2Fault, Reason } from './frame.js';
import { FrameReader } from './frameReader.js';
import { HeaderDecoder } from './hpack/headerDecoder.js';
import type { SendQueue } from './sendQueue.js';
import { CONNECTION_WINDOW, ReceiveWindow } from './window.js';

/** Bytes of the largest block of headers that is taken, and the most frames that it may come in. */
export const HEADER_LIMIT = 64 * 1024;
const MOST_PARTS = 64;
/** Frames in a row that bring nothing: more of them only cost work. */
const MOST_IDLE = 1000;

/** What a connection does with the frames that are not for one request. */
export interface AnswerHost {
  /** The server's settings have been taken: it waits for a word about it. */
  settled(): void;
  /** The server asks for a sign of life. */
  pinged(payload: Buffer): void;
  /** The server has given the sign of life with this number. */
  answered(number: number): void;
  /** Requests with numbers above `last` will have no answer, and no new ones are taken. */
  goesAway(last: number, reason: number, words: string): void;
  /** The server need not hear the rest of this request. */
  reset(stream: number, reason: number): void;
  /** The server may send more: on a stream, or with 0 on all. */
  free(stream: number, credit: number): void;
}

/** Reads the frames of a server, and hands each to the request or the connection that it is for. */
export class AnswerReader {
  readonly #queue: SendQueue;
  readonly #host: AnswerHost;
  readonly #frames = new FrameReader((type, flags, stream, bytes, start, end) =>
    this.#frame(type, flags, stream, bytes, start, end)
  );
  readonly #headers = new HeaderDecoder(HEADER_LIMIT);
  readonly #credit = new ReceiveWindow(CONNECTION_WINDOW);
  #greeted = false;
  #idle = 0;
  /** A block of headers that has come in part. */
  #block: { readonly stream: number; readonly last: boolean; readonly parts: Buffer[]; size: number } | undefined;

  constructor(queue: SendQueue, host: AnswerHost) {
    this.#queue = queue;
    this.#host = host;
  }

  /** Throws a {@link Http2Fault} when the server breaks a rule of the connection. */
  push(chunk: Buffer): void {
    this.#frames.push(chunk);
  }

  /** Reads nothing more. */
  stop(): void {
    this.#frames.stop();
  }

  #frame(type: number, flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    if (!this.#greeted) this.#greet(type, flags);
    if (this.#block !== undefined && (type !== FrameType.continuation || stream !== this.#block.stream))
      throw broken('a frame within a block of headers');
    switch (type) {
      case FrameType.data:
        return this.#data(flags, stream, bytes, start, end);
      case FrameType.headers:
        return this.#open(flags, stream, bytes, start, end);
      case FrameType.continuation:
        return this.#continue(flags, bytes, start, end);
      case FrameType.rstStream:
        sized(end - start === 4, 'RST_STREAM');
        return this.#reset(stream, bytes.readUInt32BE(start));
      case FrameType.settings:
        return this.#settings(flags, stream, bytes, start, end);
      case FrameType.ping:
        sized(end - start === 8, 'PING');
        if ((flags & Flag.ack) !== 0) return this.#host.answered(bytes.readUInt32BE(start + 4));
        return this.#host.pinged(bytes.subarray(start, end));
      case FrameType.goAway:
        sized(end - start >= 8, 'GOAWAY');
        return this.#goAway(bytes, start, end);
      case FrameType.windowUpdate:
        sized(end - start === 4, 'WINDOW_UPDATE');
        return this.#windowUpdate(stream, bytes.readUInt32BE(start) & 0x7fffffff);
      case FrameType.pushPromise:
        throw broken('a push, which was not allowed');
      default: // PRIORITY, and types to come
        return this.#isIdle();
    }
  }

  #greet(type: number, flags: number): void {
    if (type !== FrameType.settings || (flags & Flag.ack) !== 0) throw broken('the server does not speak HTTP/2');
    this.#greeted = true;
  }

  #data(flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    const size = end - start;
    const padded = (flags & Flag.padded) !== 0;
    const from = padded ? start + 1 : start;
    const to = padded ? end - paddingAt(bytes, start, end) : end;
    this.#credit.take(size);
    const credit = this.#credit.free(size);
    if (credit > 0) this.#host.free(0, credit);
    const last = (flags & Flag.endStream) !== 0;
    if (to > from) this.#idle = 0;
    else if (!last) this.#isIdle();
    const request = this.#request(stream);
    if (request === undefined) return;
    if (last) this.#over(request);
    request.data(bytes.subarray(from, to), size - (to - from), last);
  }

  #open(flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    let [from, to] = [start, end];
    if ((flags & Flag.padded) !== 0) [from, to] = [start + 1, end - paddingAt(bytes, start, end)];
    if ((flags & Flag.priority) !== 0) from += 5;
    if (from > to) throw new Http2Fault(Reason.frameSize, 'HEADERS that are too short');
    const last = (flags & Flag.endStream) !== 0;
    if ((flags & Flag.endHeaders) !== 0) return this.#answer(stream, last, bytes, from, to);
    this.#block = { stream, last, parts: [Buffer.from(bytes.subarray(from, to))], size: to - from };
  }

  #continue(flags: number, bytes: Buffer, start: number, end: number): void {
    const block = this.#block;
    if (block === undefined) throw broken('CONTINUATION of nothing');
    block.parts.push(Buffer.from(bytes.subarray(start, end)));
    block.size += end - start;
    if (block.size > HEADER_LIMIT || block.parts.length > MOST_PARTS)
      throw new Http2Fault(Reason.enhanceYourCalm, `headers of more than ${HEADER_LIMIT} bytes`);
    if ((flags & Flag.endHeaders) === 0) return;
    this.#block = undefined;
    this.#answer(block.stream, block.last, Buffer.concat(block.parts, block.size), 0, block.size);
  }

  #answer(stream: number, last: boolean, bytes: Buffer, start: number, end: number): void {
    const headers = this.#headers.decode(bytes, start, end);
    const request = this.#request(stream);
    if (request === undefined) return;
    if (last) this.#over(request);
    request.headers(headers, last);
  }

  #reset(stream: number, reason: number): void {
    const request = this.#request(stream);
    if (request === undefined) return;
    this.#queue.streams.delete(stream);
    request.reset(reason);
  }

  #settings(flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    if (stream !== 0) throw broken('SETTINGS of a stream');
    if ((flags & Flag.ack) !== 0) return sized(start === end, 'an answer to SETTINGS');
    this.#queue.settings(bytes, start, end);
    this.#host.settled();
  }

  #goAway(bytes: Buffer, start: number, end: number): void {
    const words = bytes.toString('latin1', start + 8, Math.min(end, start + 208));
    this.#host.goesAway(bytes.readUInt32BE(start) & 0x7fffffff, bytes.readUInt32BE(start + 4), words);
  }

  #windowUpdate(stream: number, increment: number): void {
    if (increment === 0) throw broken('credit of 0 bytes');
    if (stream === 0) this.#queue.window.add(increment);
    else {
      const request = this.#request(stream);
      if (request === undefined) return;
      request.window.add(increment);
      if (request.body.waits) this.#queue.ready(request);
    }
  }

  /** The answer is complete, even if the request is not. */
  #over({ id, body }: ClientStream): void {
    this.#queue.streams.delete(id);
    if (!body.ended) this.#host.reset(id, Reason.none);
  }

  /** The request with this number; `undefined` when it is over. */
  #request(id: number): ClientStream | undefined {
    const request = this.#queue.streams.get(id);
    if (request === undefined && !this.#queue.hasSent(id))
      throw broken(`an answer to the request ${id}, which was not sent`);
    return request;
  }

  #isIdle(): void {
    if (++this.#idle > MOST_IDLE) throw new Http2Fault(Reason.enhanceYourCalm, 'frames that bring nothing');
  }
}

function paddingAt(bytes: Buffer, start: number, end: number): number {
  const padding = bytes[start] ?? 0;
  if (start === end || padding >= end - start) throw broken('more padding than bytes');
  return padding;
}

function sized(isRight: boolean, name: string): void {
  if (!isRight) throw new Http2Fault(Reason.frameSize, `${name} of a wrong size`);
}

function broken(words: string): Http2Fault {
  return new Http2Fault(Reason.protocol, words);
}
