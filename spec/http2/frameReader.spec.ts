import { describe, expect, it } from '@jest/globals';
import { FrameReader } from '../../lib/http2/frameReader.js';
import { FrameWriter } from '../../lib/http2/frameWriter.js';

/** The frames of these chunks, as text. */
function framesOf(chunks: readonly Buffer[]): string[] {
  const frames: string[] = [];
  const reader = new FrameReader((type, flags, stream, bytes, start, end) =>
    frames.push(`${type} ${flags} ${stream} ${end - start} ${bytes.toString('hex', start, Math.min(end, start + 20))}`)
  );
  for (const chunk of chunks) reader.push(Buffer.from(chunk)); // a chunk of its own, which is wiped below
  return frames;
}

describe('frames', () => {
  const out = new FrameWriter();
  for (const size of [0, 1, 30, 16_384, 5, 9000, 0])
    out.frame(size % 10, 5, 2 ** 31 - 1 - size, Buffer.alloc(size, size));
  const all = Buffer.from(out.take());

  it('come whole, however the bytes are cut', () => {
    const whole = framesOf([all]);
    expect(whole).toHaveLength(7);
    for (const size of [1, 2, 8, 9, 10, 100, 16_393, 16_400]) {
      const pieces = [];
      for (let at = 0; at < all.length; at += size) pieces.push(all.subarray(at, at + size));
      expect(framesOf(pieces)).toEqual(whole);
    }
  });

  it('are refused by their length, before anything of them is kept', () => {
    const head = Buffer.of(0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1);
    expect(() => framesOf([head])).toThrow('HTTP/2: a frame of 16777215 bytes');
    expect(() => framesOf([head.subarray(0, 4), head.subarray(4)])).toThrow('HTTP/2: a frame of 16777215 bytes');
  });

  it('stop when the receiver says so', () => {
    let count = 0;
    const reader: FrameReader = new FrameReader(() => {
      count++;
      reader.stop();
    });
    reader.push(all);
    expect(count).toBe(1);
  });
});
