import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { GrowingBuffer } from '../../lib/bytes/growingBuffer.js';

describe('a buffer that grows', () => {
  it('has all bytes in their order, and is empty after they were taken', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3000 })), fc.nat(5000), (pieces, most) => {
        const buffer = new GrowingBuffer();
        for (const piece of pieces) buffer.push(Buffer.from(piece), most);
        const whole = Buffer.concat(pieces);
        expect(buffer.size).toBe(whole.length);
        expect(buffer.take().equals(whole)).toBe(true);
        expect([buffer.size, buffer.take().length]).toEqual([0, 0]);
      })
    );
  });

  it('takes memory for the bytes that came, and for no more than are expected', () => {
    const buffer = new GrowingBuffer();
    buffer.push(Buffer.alloc(10));
    buffer.push(Buffer.alloc(2000));
    expect(buffer.take().buffer.byteLength).toBe(4020);
    for (let i = 0; i < 30; i++) buffer.push(Buffer.alloc(100), 3000);
    expect(buffer.take().buffer.byteLength).toBe(3000);
  });

  it('does not give the memory of bytes that were taken to others', () => {
    const buffer = new GrowingBuffer();
    buffer.push(Buffer.from('abc'));
    const first = buffer.take();
    buffer.push(Buffer.from('xyz'));
    expect(String(first)).toBe('abc');
  });
});
