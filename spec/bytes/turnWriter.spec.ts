import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Meter } from '../../lib/client/meter.js';
import { TurnWriter } from '../../lib/bytes/turnWriter.js';
import { TestLink } from '../helpers/testLink.js';
import { meterFor } from '../helpers/meterFor.js';
import { VirtualTime } from '../helpers/virtualTime.js';

const time = new VirtualTime();
let link: TestLink;
let out: Buffer[];
let released: number;
let regained: number;
let waiting: Buffer[];
let writer: TurnWriter;
let meter: Meter;

/** A writer for messages that wait in a list. */
beforeEach(() => {
  link = new TestLink();
  meter = meterFor(time);
  out = [];
  released = regained = 0;
  waiting = [];
  const memory = {
    get length() {
      return out.reduce((sum, { length }) => sum + length, 0);
    },
    take: () => Buffer.concat(out.splice(0)),
    release: () => released++,
    regain: () => regained++,
  };
  writer = new TurnWriter(link, memory, meter, () => {
    while (waiting.length > 0 && !writer.congested) {
      out.push(waiting.shift()!);
      if (writer.full) writer.send();
    }
    writer.send();
  });
});

const ask = (text: string) => {
  waiting.push(Buffer.from(text));
  writer.wake();
};
const written = () => link.writes.splice(0).map(String);

describe('messages', () => {
  it('of one turn leave in one write, at its end', () => {
    ask('a');
    ask('b');
    expect(written()).toEqual([]);
    link.run();
    expect(written()).toEqual(['ab']);
    link.run();
    expect(written()).toEqual([]);
  });

  it('that a chunk provokes leave in one write, right after it', () => {
    writer.hold(1);
    ask('a');
    ask('b');
    link.run();
    expect(written()).toEqual([]);
    writer.release();
    expect(written()).toEqual(['ab']);
  });

  it('may wait for company after a chunk, until the next occasion', () => {
    writer.hold(1);
    ask('a');
    writer.release(true);
    expect(written()).toEqual([]);
    ask('b');
    link.run();
    expect(written()).toEqual(['ab']);
  });

  it('that are large leave before the others are written', () => {
    for (let i = 0; i < 3; i++) ask('x'.repeat(100 * 1024));
    link.run();
    expect(written().map(({ length }) => length)).toEqual([200 * 1024, 100 * 1024]);
  });
});

describe('memory', () => {
  it('is given back when all has left, at once or later', () => {
    ask('a');
    link.run();
    expect([released, regained]).toEqual([0, 1]);
    link.accepts = false;
    ask('b');
    link.run();
    expect([released, regained]).toEqual([1, 1]);
    writer.drained();
    expect([released, regained]).toEqual([1, 2]);
  });
});

describe('while the kernel is behind', () => {
  it('messages wait in their queue, and the memory that is under way is left alone', () => {
    link.accepts = false;
    ask('a');
    link.run();
    ask('b');
    link.run();
    expect([written(), waiting.length, released]).toEqual([['a'], 1, 1]);
    link.accepts = true;
    writer.drained();
    expect([written(), waiting.length, released]).toEqual([['b'], 0, 1]);
  });

  it('nothing more is handed over in that turn', () => {
    link.accepts = false;
    for (let i = 0; i < 3; i++) ask('x'.repeat(150 * 1024));
    link.run();
    expect([written().length, waiting.length]).toEqual([1, 2]);
  });
});

describe('a writer that is stopped', () => {
  it('sends nothing, also when the kernel catches up later', () => {
    ask('a');
    writer.stop();
    link.run();
    writer.drained();
    writer.flush();
    expect(written()).toEqual([]);
  });
});

describe('what is counted', () => {
  const figures = () => meter.stats({ underWay: 0, queued: 0 });

  it('are the bytes that leave, and those that come', () => {
    ask('abc');
    link.run();
    writer.hold(1000);
    writer.release();
    expect([figures().bytesOut, figures().bytesIn]).toEqual([3, 1000]);
  });

  it('has one time for all of a turn, and another for the next', () => {
    const stamps: number[] = [];
    ask('a');
    stamps.push(meter.stamp);
    time.advance(5);
    stamps.push(meter.stamp); // the same turn, however long it takes
    link.run();
    stamps.push(meter.stamp);
    writer.hold(1);
    time.advance(5);
    stamps.push(meter.stamp);
    time.advance(5);
    stamps.push(meter.stamp); // the chunk is still being read
    writer.release();
    stamps.push(meter.stamp);
    expect(stamps.map((stamp) => stamp - stamps[0]!)).toEqual([0, 0, 5000, 10_000, 10_000, 15_000]);
  });

  it('goes by the clock again when the link ends within a turn', () => {
    ask('a');
    const before = meter.stamp;
    writer.stop();
    time.advance(5);
    expect(meter.stamp - before).toBe(5000);
  });
});
