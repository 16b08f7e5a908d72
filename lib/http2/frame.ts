import { ProtocolError } from '../core/errors.js';

/** Bytes before the payload of a frame: its length, type, flags and stream. */
export const FRAME_HEAD = 9;
/** Bytes of the longest payload, unless the receiver has said that it takes more. We do not. */
export const MAX_FRAME = 16 * 1024;
/** The largest number of a stream, and the largest window. */
export const LARGEST = 2 ** 31 - 1;

/** The types of frames. Source: RFC 9113, section 6. */
export const FrameType = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** The flags of frames. Some share a bit, because they belong to different types. */
export const Flag = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 0x20 } as const;

/** Why a stream or a connection ends. Source: RFC 9113, section 7. */
export const Reason = {
  none: 0,
  protocol: 1,
  flowControl: 3,
  frameSize: 6,
  refusedStream: 7,
  cancel: 8,
  compression: 9,
  enhanceYourCalm: 11,
} as const;

/** The peer broke a rule of HTTP/2, so that the connection has to end. */
export class Http2Fault extends ProtocolError {
  /** One of {@link Reason}: the peer hears it. */
  readonly reason: number;

  constructor(reason: number, words: string) {
    super(`HTTP/2: ${words}`);
    this.reason = reason;
  }
}
