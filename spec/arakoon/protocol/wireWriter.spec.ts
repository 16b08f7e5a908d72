import { describe, expect, it } from '@jest/globals';
import { WireWriter } from '../../../lib/arakoon/protocol/wireWriter.js';
import { u32 } from './golden.js';

describe('WireWriter', () => {
  it('writes numbers with their last byte first', () => {
    const bytes = new WireWriter().byte(255).bool(true).bool(false).int(-2).long(-3n).float(1.5).take();
    expect(bytes.toString('hex')).toBe('ff0100' + 'feffffff' + 'fdffffffffffffff' + '000000000000f83f');
  });

  it('writes NaN as servers do, wherever it came from', () => {
    for (const nan of [NaN, 0 / 0, Buffer.from('7ff8000000000001', 'hex').readDoubleBE()]) {
      expect(new WireWriter().float(nan).take().toString('hex')).toBe('000000000000f8ff');
    }
  });

  it('writes text and bytes with their length, in bytes', () => {
    expect(
      new WireWriter()
        .text('größe')
        .bytes(Buffer.from([0, 1]))
        .take()
    ).toEqual(Buffer.concat([u32(7), Buffer.from('größe'), u32(2), Buffer.from([0, 1])]));
  });

  it('writes what is in a string behind its length, however often the memory moves meanwhile', () => {
    const long = Buffer.alloc(100_000, 'x');
    const bytes = new WireWriter()
      .int(7)
      .nested(() => undefined)
      .take();
    expect(bytes).toEqual(Buffer.concat([u32(7), u32(0)]));
    const out = new WireWriter().int(6);
    expect(out.take()).toEqual(u32(6));
    expect(out.nested(() => out.int(8)).take()).toEqual(Buffer.concat([u32(4), u32(8)]));
    out.int(7).nested(() =>
      out
        .bytes(long)
        .nested(() => out.bytes(long))
        .byte(1)
    );
    const inner = Buffer.concat([u32(long.length), long]);
    expect(
      out
        .take()
        .equals(Buffer.concat([u32(7), u32(inner.length * 2 + 5), inner, u32(inner.length), inner, Buffer.from([1])]))
    ).toBe(true);
  });

  it('leaves alone what was taken', () => {
    const out = new WireWriter();
    const taken = Array.from({ length: 10_000 }, (_, i) => out.int(i).take());
    expect(taken.findIndex((bytes, i) => bytes.readInt32LE() !== i)).toBe(-1);
    expect(out.length).toBe(0);
  });

  it('uses memory again that is given back, unless something is written meanwhile, or it is much', () => {
    const out = new WireWriter();
    const first = out.bytes(Buffer.alloc(500_000)).take();
    const second = out.int(2).take();
    expect(second.byteOffset).toBe(first.length);
    out.int(3);
    out.regain();
    expect([out.take(), second]).toEqual([u32(3), u32(2)]);
    out.regain();
    const again = out.bytes(Buffer.alloc(500_000)).take();
    expect([again.buffer, again.byteOffset]).toEqual([first.buffer, 0]);
    out.bytes(Buffer.alloc(2_000_000)).take();
    out.regain();
    expect(out.int(1).take().buffer.byteLength).toBeLessThan(100_000);
  });

  it('forgets what was begun', () => {
    const out = new WireWriter();
    out.int(1).take();
    const { length } = out.int(2);
    out.text('x'.repeat(20_000)).back(length);
    expect(out.int(3).take()).toEqual(Buffer.concat([u32(2), u32(3)]));
  });
});
