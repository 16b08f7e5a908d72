import { describe, expect, it } from '@jest/globals';
import { type Arakoon, connect, pollPrefix, pagedRange } from '../../../lib/arakoon/index.js';
import * as reads from '../../../lib/arakoon/protocol/ops/reads.js';
import { arakoonInMemory } from '../../../lib/testing/index.js';
import { VirtualTime } from '../../helpers/virtualTime.js';
import { RawClient } from '../../testing/arakoon/rawClient.js';

const KEYS = ['', 'a', 'b'];
const BOUNDS = [null, '', 'a', 'b'];

function world() {
  const time = new VirtualTime();
  const server = arakoonInMemory({ scheduler: time, entries: Object.fromEntries(KEYS.map((key) => [key, 'v'])) });
  let arakoon!: Arakoon;
  connect(server.cluster, { transport: server.transport(), scheduler: time }).subscribe((it) => (arakoon = it));
  return { time, server, arakoon };
}

const above = (key: string, bound: string | null, inclusive: boolean) =>
  bound === null || key > bound || (inclusive && key === bound);
const below = (key: string, bound: string | null, inclusive: boolean) =>
  bound === null || key < bound || (inclusive && key === bound);

describe('a range without a bound', () => {
  it('reaches the first and the last key, the empty one included, whether a missing bound is inclusive or not', () => {
    const { time, arakoon } = world();
    for (const begin of BOUNDS)
      for (const end of BOUNDS)
        for (const [beginInclusive, endInclusive] of [
          [true, true],
          [true, false],
          [false, true],
          [false, false],
        ] as const) {
          const range = { begin, beginInclusive, end, endInclusive };
          const up = KEYS.filter((key) => above(key, begin, beginInclusive) && below(key, end, endInclusive));
          const down = KEYS.filter(
            (key) => below(key, begin, beginInclusive) && above(key, end, endInclusive)
          ).reverse();
          const found: Record<string, readonly string[]> = {};
          arakoon.range(range).subscribe((keys) => (found['keys'] = keys));
          arakoon.rangeEntries(range).subscribe((entries) => (found['up'] = entries.map(([key]) => key)));
          arakoon.revRangeEntries(range).subscribe((entries) => (found['down'] = entries.map(([key]) => key)));
          time.advance(1000);
          expect([range, found]).toEqual([range, { keys: up, up, down }]);
        }
  });

  it.each([false, true])('has all its pages, and so has a prefix (descending: %p)', (descending) => {
    const { time, arakoon } = world();
    const met: string[] = [];
    pagedRange(arakoon, { descending, size: 1 }, (page) => void met.push(...page.map(([key]) => key))).subscribe();
    let polled: unknown;
    pollPrefix(arakoon, '', { every: 1000 }).subscribe(({ entries }) => (polled = entries.map(([key]) => key)));
    time.advance(1500);
    expect([met, polled]).toEqual([descending ? [...KEYS].reverse() : KEYS, KEYS]);
  });

  it('is taken by a server as one that begins at the empty key, inclusive or not', () => {
    const { time, server } = world();
    const client = new RawClient(server, time, 'arakoon_0').greet(server.cluster.id);
    const open = { consistency: 'consistent', begin: null, end: null, max: -1 } as const;
    const keys = (beginInclusive: boolean, endInclusive: boolean) => {
      const { value } = client.call(reads.range, { ...open, beginInclusive, endInclusive }) as {
        value: readonly Uint8Array[];
      };
      return value.map(String);
    };
    const down = (beginInclusive: boolean, endInclusive: boolean) => {
      const { value } = client.call(reads.revRangeEntries, { ...open, beginInclusive, endInclusive }) as {
        value: readonly reads.Entry[];
      };
      return value.map(([key]) => String(key));
    };
    expect([keys(true, false), keys(false, true), down(false, true), down(true, false)]).toEqual([
      KEYS,
      ['a', 'b'],
      ['b', 'a', ''],
      ['b', 'a'],
    ]);
  });
});
