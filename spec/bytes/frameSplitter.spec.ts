import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { type FrameSink, FrameSplitter, PEEK } from '../../lib/bytes/frameSplitter.js';
import { ProtocolError } from '../../lib/core/errors.js';
import { frame, hex, i32 } from '../helpers/wireBytes.js';

afterEach(() => void jest.restoreAllMocks());

/** Keeps what comes, and does with oversized frames as it is told. */
class Sink implements FrameSink {
  readonly frames: string[] = [];
  readonly owned: boolean[] = [];
  readonly asked: Array<readonly [length: number, head: string]> = [];
  readonly take: (length: number) => boolean;

  constructor(take: (length: number) => boolean = () => false) {
    this.take = take;
  }

  frame(bytes: Buffer, start: number, end: number, owned: boolean): void {
    this.frames.push(bytes.toString('latin1', start, end));
    this.owned.push(owned);
  }

  oversized(length: number, head: Buffer): boolean {
    this.asked.push([length, head.toString('latin1')]);
    return this.take(length);
  }
}

const LIMIT = 40;
const text = (length: number, fill = 'x') => Buffer.alloc(length, fill, 'latin1');

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const points = [...new Set([0, ...at.map((each) => Math.min(each, bytes.length)), bytes.length])].sort(
    (a, b) => a - b
  );
  return points.slice(1).map((end, i) => Buffer.from(bytes.subarray(points[i], end)));
}

function split(chunks: readonly Buffer[], sink = new Sink(), limit = LIMIT): { sink: Sink; splitter: FrameSplitter } {
  const splitter = new FrameSplitter(limit);
  for (const chunk of chunks) {
    splitter.push(chunk, sink);
    chunk.fill(0); // a chunk is only valid during the call
  }
  return { sink, splitter };
}

describe('FrameSplitter', () => {
  const stream = () => Buffer.concat([frame(text(3, 'a')), frame(), frame(text(LIMIT, 'b')), frame(text(1, 'c'))]);
  const FRAMES = ['aaa', '', 'b'.repeat(LIMIT), 'c'];

  it('hands on frames that lie within one chunk, in place', () => {
    const { sink, splitter } = split([stream()]);
    expect(sink.frames).toEqual(FRAMES);
    expect(sink.owned).toEqual([false, false, false, false]);
    expect(splitter.idle).toBe(true);
  });

  it.each(Array.from({ length: stream().length - 1 }, (_, i) => i + 1))(
    'gives the same frames when the bytes are cut after %d',
    (at) => {
      expect(split(cut(stream(), [at])).sink.frames).toEqual(FRAMES);
    }
  );

  it('gives the same frames byte by byte, in memory of their own', () => {
    const { sink } = split(
      cut(
        stream(),
        Array.from({ length: 200 }, (_, i) => i)
      )
    );
    expect(sink.frames).toEqual(FRAMES);
    expect(sink.owned).toEqual([true, true, true, true]); // a chunk without body holds no frame in place
  });

  it('owns exactly the frame that straddles', () => {
    expect(split(cut(stream(), [20])).sink.owned).toEqual([false, false, true, false]);
  });

  it('takes an empty chunk for nothing', () => {
    const [head, rest] = cut(stream(), [5]) as [Buffer, Buffer];
    expect(split([Buffer.alloc(0), head, Buffer.alloc(0), rest, Buffer.alloc(0)]).sink.frames).toEqual(FRAMES);
  });

  it('can ask about a long frame as soon as its length has come', () => {
    for (const at of [[], [1], [2, 3], [4]]) {
      const [sink, splitter] = [new Sink(), new FrameSplitter(LIMIT, 0)];
      for (const chunk of cut(i32(LIMIT + 1), at)) splitter.push(chunk, sink);
      expect(sink.asked).toEqual([[LIMIT + 1, '']]);
      splitter.push(Buffer.concat([text(LIMIT + 1), frame(text(3, 'a'))]), sink);
      expect(sink.frames).toEqual(['aaa']);
    }
  });

  it('is idle between frames only', () => {
    const splitter = new FrameSplitter(LIMIT);
    const sink = new Sink();
    const idle = cut(frame(text(2)), [1, 2, 3, 4, 5]).map((chunk) => (splitter.push(chunk, sink), splitter.idle));
    expect(idle).toEqual([false, false, false, false, false, true]);
  });

  it('keeps the memory of an owned frame untouched', () => {
    const kept: Buffer[] = [];
    const splitter = new FrameSplitter(LIMIT);
    const sink: FrameSink = {
      frame: (bytes, start, end) => void kept.push(bytes.subarray(start, end)),
      oversized: () => false,
    };
    for (const chunk of cut(Buffer.concat([frame(text(9, 'a')), frame(text(9, 'b'))]), [6, 16]))
      splitter.push(chunk, sink);
    expect(kept.map(String)).toEqual(['a'.repeat(9), 'b'.repeat(9)]);
  });

  describe('with lengths that lie', () => {
    it.each([
      ['-1', 'ffffffff'],
      ['the least', '80000000'],
      ['over a gibibyte', '40000001'],
      ['the most', '7fffffff'],
    ])('refuses a length of %s, however it is cut', (_, digits) => {
      for (const at of [0, 1, 2, 3]) {
        const sink = new Sink(() => true);
        expect(() => split(cut(hex(digits), [at]), sink)).toThrow(ProtocolError);
        expect(sink).toMatchObject({ frames: [], asked: [] });
      }
    });

    it('allocates nothing for what is announced, and no more than eight times what comes', () => {
      const allocate = jest.spyOn(Buffer, 'allocUnsafeSlow');
      const MIB = 1024 * 1024;
      const splitter = new FrameSplitter(512 * MIB);
      const sink = new Sink();
      splitter.push(i32(512 * MIB), sink);
      expect(allocate).not.toHaveBeenCalled();
      for (let arrived = 1; arrived < 300_000; arrived += 1000) {
        splitter.push(text(1000), sink);
        const largest = Math.max(...allocate.mock.calls.map(([size]) => size));
        expect(largest).toBeLessThanOrEqual(Math.max(64 * 1024, 8 * (arrived + 1000)));
      }
      expect(allocate.mock.calls.length).toBeLessThan(5); // not a copy for each chunk
    });

    it('never allocates more than the frame needs', () => {
      const allocate = jest.spyOn(Buffer, 'allocUnsafeSlow');
      split(cut(frame(text(LIMIT)), [10]));
      expect(allocate.mock.calls).toEqual([[LIMIT]]);
    });
  });

  describe('with a frame over the limit', () => {
    const oversized = () =>
      Buffer.concat([
        frame(text(2, 'a')),
        frame(hex('00112233445566778899aabbccddeeff'), text(100)),
        frame(text(3, 'c')),
      ]);
    const HEAD = hex('00112233445566778899aabbccddeeff').toString('latin1');

    it('asks with its length and its head, and skips it', () => {
      const { sink } = split([oversized()]);
      expect(sink.asked).toEqual([[116, HEAD]]);
      expect(sink.frames).toEqual(['aa', 'ccc']);
    });

    it('asks, and takes it', () => {
      const { sink } = split([oversized()], new Sink(() => true));
      expect(sink.asked).toEqual([[116, HEAD]]);
      expect(sink.frames).toEqual(['aa', HEAD + 'x'.repeat(100), 'ccc']);
      expect(sink.owned).toEqual([false, true, false]);
    });

    it.each([false, true])('asks once however it is cut (taken: %s)', (taken) => {
      const bytes = oversized();
      for (let at = 1; at < bytes.length; at++) {
        const { sink, splitter } = split(cut(bytes, [at, at + 1, at + 7]), new Sink(() => taken));
        expect(sink.asked).toEqual([[116, HEAD]]);
        expect(sink.frames).toEqual(taken ? ['aa', HEAD + 'x'.repeat(100), 'ccc'] : ['aa', 'ccc']);
        expect(splitter.idle).toBe(true);
      }
    });

    it('shows less than a head when the frame is shorter than one', () => {
      const { sink } = split([Buffer.concat([frame(text(5, 'y')), frame(text(1, 'z'))])], new Sink(), 4);
      expect(sink.asked).toEqual([[5, 'yyyyy']]);
      expect(sink.frames).toEqual(['z']);
    });

    it('does not ask before the head is there', () => {
      const sink = new Sink();
      split([Buffer.concat([i32(1000), text(PEEK - 1)])], sink);
      expect(sink.asked).toEqual([]);
    });

    it('skips without memory: a gibibyte costs nothing', () => {
      const allocate = jest.spyOn(Buffer, 'allocUnsafeSlow');
      const sink = new Sink();
      const splitter = new FrameSplitter(LIMIT);
      splitter.push(i32(1024 ** 3), sink);
      const chunk = text(1024 * 1024);
      for (let i = 0; i < 1024; i++) splitter.push(chunk, sink);
      splitter.push(frame(text(1, 'n')), sink);
      expect(sink.frames).toEqual(['n']);
      expect(allocate.mock.calls).toEqual([[PEEK]]);
    });
  });

  it('is as before when the sink throws, but for the frame that it threw at', () => {
    const splitter = new FrameSplitter(LIMIT);
    const bad: FrameSink = {
      frame: () => {
        throw new ProtocolError('no');
      },
      oversized: () => false,
    };
    const [head, rest] = cut(frame(text(9)), [6]) as [Buffer, Buffer];
    splitter.push(head, bad);
    expect(() => splitter.push(rest, bad)).toThrow('no');
    const sink = new Sink();
    splitter.push(frame(text(2, 'k')), sink);
    expect(sink.frames).toEqual(['kk']);
  });

  it('gives the same frames and asks the same, however the bytes are cut', () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: LIMIT }), fc.integer({ min: LIMIT + 1, max: 200 })), {
      maxLength: 12,
    });
    const cuts = fc.array(fc.integer({ min: 0, max: 1200 }), { maxLength: 40 });
    fc.assert(
      fc.property(sizes, cuts, fc.boolean(), (lengths, at, even) => {
        const take = (length: number) => (length % 2 === 0) === even;
        const bytes = () => Buffer.concat(lengths.map((length, i) => frame(text(length, String.fromCharCode(97 + i)))));
        const whole = split([bytes()], new Sink(take));
        const pieces = split(cut(bytes(), at), new Sink(take));
        const expected = lengths.flatMap((length, i) =>
          length <= LIMIT || take(length) ? [String.fromCharCode(97 + i).repeat(length)] : []
        );
        expect(whole.sink.frames).toEqual(expected);
        expect(pieces.sink.frames).toEqual(expected);
        expect(pieces.sink.asked).toEqual(whole.sink.asked);
        expect(pieces.splitter.idle).toBe(true);
      })
    );
  });
});
