import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Redial, shuffled } from '../../lib/client/redial.js';
import { VirtualTime } from '../helpers/virtualTime.js';

let time: VirtualTime;
let redial: Redial;

beforeEach(() => {
  time = new VirtualTime();
  redial = new Redial({ backoff: { min: 100, max: 1000 }, random: () => 0.999_999, scheduler: time });
});

/** A connection that stands for so long. */
const stands = (ms: number) => {
  redial.begins();
  time.advance(ms);
  redial.ends();
};

describe('the wait before the next attempt', () => {
  it('is none at first, and grows with every failure up to the longest', () => {
    const waits = Array.from({ length: 6 }, () => (redial.failed(), Math.round(redial.delay())));
    expect(waits).toEqual([200, 400, 800, 1000, 1000, 1000]);
  });

  it('is none after a success', () => {
    redial.failed();
    redial.succeeded();
    expect(redial.delay()).toBe(0);
  });

  it('counts by rounds where there are several servers', () => {
    for (let i = 0; i < 5; i++) redial.failed();
    expect([0, 1, 2].map((round) => Math.round(redial.delay(round)))).toEqual([0, 200, 400]);
  });
});

describe('the spread of the first attempt after a lost connection', () => {
  beforeEach(() => {
    redial = new Redial({ backoff: { min: 100, max: 1000, spread: 400 }, random: () => 0.5, scheduler: time });
  });

  it('is waited for once, however often it is asked for', () => {
    expect(redial.delay()).toBe(0); // no connection yet
    stands(1000);
    expect([redial.delay(), redial.delay()]).toEqual([200, 200]);
    redial.failed();
    expect(redial.delay(0)).toBe(0); // the next of several servers
    expect(redial.delay()).toBe(150);
  });

  it('is waited for again after the next loss, and after one that was soon', () => {
    stands(1000);
    redial.failed();
    stands(1000);
    expect(redial.delay()).toBe(200);
    stands(10);
    expect([redial.failures, redial.delay()]).toEqual([1, 200]); // more than the 150 of the failure
  });
});

describe('a connection', () => {
  it('that stood for a second makes up for what failed before', () => {
    redial.failed();
    stands(1000);
    expect(redial.failures).toBe(0);
  });

  it('that broke sooner counts as a failure, and what failed before it still does', () => {
    redial.failed();
    stands(999);
    stands(0);
    expect(redial.failures).toBe(3);
  });

  it('ends once', () => {
    stands(0);
    redial.ends();
    expect([redial.failures, redial.stands]).toEqual([1, false]);
    redial.begins();
    expect(redial.stands).toBe(true);
  });
});

describe('shuffling', () => {
  it('loses nothing, and changes nothing but the copy', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer()),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        (items, drawn) => {
          const before = [...items];
          const after = shuffled(items, () => drawn.next().value as number);
          expect([...after].sort()).toEqual([...before].sort());
          expect(items).toEqual(before);
        }
      )
    );
  });
});
