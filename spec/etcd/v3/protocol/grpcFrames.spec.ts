import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ProtocolError } from '../../../../lib/core/errors.js';
import { GrpcFrames, HEAD, framed } from '../../../../lib/etcd/v3/protocol/grpcFrames.js';
import { heldMemory } from '../../../helpers/heldMemory.js';

/** The messages of a body that comes in these pieces. */
function cut(pieces: readonly Buffer[], limit = 1000): { readonly messages: string[]; readonly isWhole: boolean } {
  const frames = new GrpcFrames(limit);
  const messages: string[] = [];
  for (const piece of pieces) frames.push(piece, (message) => messages.push(message.toString('latin1')));
  return { messages, isWhole: frames.isWhole };
}
const frame = (text: string) => framed(Buffer.concat([Buffer.alloc(HEAD), Buffer.from(text, 'latin1')]));

describe('the messages of a gRPC body', () => {
  it('are the same wherever its chunks end', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 40 })), fc.array(fc.integer({ min: 1, max: 30 })), (texts, sizes) => {
        const body = Buffer.concat(texts.map((text) => frame(text)));
        const expected = texts.map((text) => Buffer.from(text, 'latin1').toString('latin1'));
        const pieces: Buffer[] = [];
        for (let at = 0, i = 0; at < body.length; i++) {
          const size = sizes[i % Math.max(1, sizes.length)] ?? 7;
          pieces.push(body.subarray(at, at + size));
          at += size;
        }
        expect(cut(pieces)).toEqual({ messages: expected, isWhole: true });
      })
    );
  });

  it('have memory of their own: that of a chunk is used again', () => {
    const frames = new GrpcFrames(1000);
    const messages: Buffer[] = [];
    const body = Buffer.concat([frame('whole'), frame('in two pieces'), frame('')]);
    for (const piece of [body.subarray(0, 14), body.subarray(14)]) {
      const chunk = Buffer.from(piece);
      frames.push(chunk, (message) => messages.push(message));
      chunk.fill(0xee);
    }
    expect(messages.map(String)).toEqual(['whole', 'in two pieces', '']);
  });

  it('are not whole when the body ends within one', () => {
    expect(cut([frame('abc').subarray(0, 6)])).toEqual({ messages: [], isWhole: false });
  });

  it('are refused when one says that it is longer than the limit, or compressed', () => {
    expect(() => cut([frame('a'.repeat(1001)).subarray(0, HEAD)])).toThrow(ProtocolError);
    expect(() => cut([Buffer.from('0100000001', 'hex')])).toThrow('compresses');
  });

  it('are refused as broken when one is longer than any server can send', () => {
    expect(() => cut([Buffer.from('0080000000', 'hex')])).toThrow(expect.objectContaining({ code: 'PROTOCOL' }));
    expect(() => cut([Buffer.from('007fffffff', 'hex')])).toThrow(expect.objectContaining({ code: 'REPLY_TOO_LARGE' }));
  });

  it('take memory for the bytes that came, however long they say that they are, and however small the pieces', () => {
    const frames = new GrpcFrames(2 ** 30);
    const before = heldMemory();
    frames.push(Buffer.from('003fffffff', 'hex'), () => {});
    for (let i = 0; i < 200; i++) {
      const chunk = Buffer.alloc(64 * 1024); // of which the message has little
      for (let at = 0; at < 5000; at++) frames.push(chunk.subarray(at, at + 1), () => {});
    }
    expect(heldMemory() - before).toBeLessThan(4 * 2 ** 20);
    expect(frames.isWhole).toBe(false);
  });
});
