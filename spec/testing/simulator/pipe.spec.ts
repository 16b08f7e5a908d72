import { describe, expect, it } from '@jest/globals';
import { Pipe, type PipeConditions } from '../../../lib/testing/simulator/pipe.js';
import { VirtualClock } from '../../../lib/testing/simulator/virtualClock.js';

function ground(some: Partial<PipeConditions> = {}) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const conditions = { delay: 1, stalled: false, cutAfter: undefined, pieces: undefined, ...some };
  const pipe = new Pipe(
    clock,
    conditions,
    (bytes) => log.push(`${clock.now()} ${String(bytes)}`),
    () => log.push(`${clock.now()} cut`)
  );
  return { clock, log, conditions, pipe, push: (text: string) => pipe.push(Buffer.from(text)) };
}

describe('a pipe', () => {
  it('delivers in order, also when later bytes would travel faster', () => {
    const { clock, log, conditions, push } = ground({ delay: 50 });
    push('slow');
    conditions.delay = 1;
    push('fast');
    clock.advance(100);
    expect(log).toEqual(['50 slow', '50 fast']);
  });

  it('keeps bytes back while it is stalled, and the end behind them', () => {
    const { clock, log, conditions, pipe, push } = ground({ stalled: true });
    push('a');
    pipe.end(() => log.push('end'));
    clock.advance(100);
    expect(log).toEqual([]);
    conditions.stalled = false;
    pipe.release();
    expect(log).toEqual(['100 a', 'end']);
  });

  it('breaks after so many bytes, also inside a piece', () => {
    const { clock, log, push } = ground({ cutAfter: 5 });
    push('abc');
    push('defg');
    clock.advance(10);
    expect(log).toEqual(['1 abc', '1 de', '1 cut']);
  });

  it('carries a message whole, or breaks before it arrives', () => {
    const { clock, log, pipe } = ground({ cutAfter: 5 });
    const carry = (size: number, name: string) => pipe.carry(size, () => log.push(`${clock.now()} ${name}`));
    carry(4, 'first');
    carry(2, 'second');
    clock.advance(10);
    expect(log).toEqual(['1 first', '1 cut']);
  });

  it('breaks after a message that is as long as the bytes that may pass', () => {
    const { clock, log, pipe, conditions } = ground({ cutAfter: 5 });
    pipe.carry(5, () => log.push('message'));
    clock.advance(10);
    expect([log, conditions.cutAfter]).toEqual([['message', '1 cut'], undefined]);
  });

  it('delivers in small pieces', () => {
    const { clock, log, push } = ground({ pieces: 2 });
    push('abcde');
    clock.advance(10);
    expect(log).toEqual(['1 ab', '1 cd', '1 e']);
  });

  it('delivers nothing once it is closed', () => {
    const { clock, log, pipe, push } = ground();
    push('a');
    pipe.close();
    clock.advance(10);
    expect(log).toEqual([]);
  });
});
