import { JuteReader } from '../../zookeeper/protocol/juteReader.js';
import { JuteWriter } from '../../zookeeper/protocol/juteWriter.js';

const SURROGATE = /[\ud800-\udfff]/;
const ODD = /[\ud800-\udfff\ufffd]/;
/** Half a character in UTF-8, and U+FFFD there: bytes, one a character. */
const HALF = /\xed[\xa0-\xbf][\x80-\xbf]?/g;
const REPLACEMENT = '\xef\xbf\xbd';

/** Reads requests as Java does. */
export class JavaReader extends JuteReader {
  override string(): string {
    const start = this.position + 4;
    const text = super.string();
    return ODD.test(text) ? javaText(this.bytes.subarray(start, this.position)) : text;
  }
}

/** Writes strings as Java does: each half of a character outside the BMP by itself, in three bytes (CESU-8). */
export class JavaWriter extends JuteWriter {
  override string(value: string): this {
    return SURROGATE.test(value) ? this.buffer(encodeJute(value)) : super.string(value);
  }
}

/**
 * UTF-8 as Java reads it: as the web does, but with one U+FFFD for half a character, where the web has one for each
 * byte.
 */
export function javaText(bytes: Uint8Array): string {
  const mended = Buffer.from(bytes).toString('latin1').replace(HALF, REPLACEMENT);
  return Buffer.from(mended, 'latin1').toString();
}

function encodeJute(text: string): Buffer {
  return Buffer.concat(
    Array.from({ length: text.length }, (_, i) =>
      SURROGATE.test(text[i]!) ? half(text.charCodeAt(i)) : Buffer.from(text[i]!)
    )
  );
}

function half(unit: number): Buffer {
  return Buffer.from([0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)]);
}
