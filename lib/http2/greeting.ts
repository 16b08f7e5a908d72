import { HEADER_LIMIT } from './answerReader.js';
import type { FrameWriter } from './frameWriter.js';
import { Setting } from './peerSettings.js';
import { CONNECTION_WINDOW, FIRST_WINDOW, STREAM_WINDOW } from './window.js';

/** What a connection begins with. Source: RFC 9113, section 3.4. */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** Writes the first bytes of a client: that it speaks HTTP/2, and what it takes. */
export function greeting(out: FrameWriter): void {
  out.raw(PREFACE);
  out.settings([
    [Setting.headerTableSize, 0],
    [Setting.enablePush, 0],
    [Setting.initialWindowSize, STREAM_WINDOW],
    [Setting.maxHeaderListSize, HEADER_LIMIT],
  ]);
  out.windowUpdate(0, CONNECTION_WINDOW - FIRST_WINDOW);
}
