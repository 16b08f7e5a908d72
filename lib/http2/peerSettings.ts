import { Http2Fault, LARGEST, MAX_FRAME, Reason } from './frame.js';
import { FIRST_WINDOW } from './window.js';

/** The numbers of settings. Source: RFC 9113, section 6.5.2. */
export const Setting = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;

/** What the server takes. */
export class PeerSettings {
  /** Requests at a time. */
  maxStreams = Infinity;
  /** Bytes of the body of a request before it gives credit for more. */
  initialWindow = FIRST_WINDOW;
  /** Bytes in one frame. */
  maxFrame = MAX_FRAME;

  /** Takes the payload of a frame of settings. Throws a {@link Http2Fault}. */
  apply(bytes: Buffer, start: number, end: number): void {
    if ((end - start) % 6 !== 0) throw new Http2Fault(Reason.frameSize, `settings of ${end - start} bytes`);
    for (let at = start; at < end; at += 6) this.#set(bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2));
  }

  #set(setting: number, value: number): void {
    const wrong = (reason: number) => new Http2Fault(reason, `the setting ${setting} is ${value}`);
    if (setting === Setting.maxConcurrentStreams) this.maxStreams = value;
    else if (setting === Setting.initialWindowSize) {
      if (value > LARGEST) throw wrong(Reason.flowControl);
      this.initialWindow = value;
    } else if (setting === Setting.maxFrameSize) {
      if (value < MAX_FRAME || value > 0xffffff) throw wrong(Reason.protocol);
      this.maxFrame = value;
    } else if (setting === Setting.enablePush && value !== 0) throw wrong(Reason.protocol);
  }
}
