import { describe, expect, it } from '@jest/globals';
import { type CoordinationError } from '../../../lib/index.js';
import { type Actor, type Fact, type Law, type SimulatedFault, simulate } from '../../../lib/testing/index.js';

const acknowledged: Fact<Set<string>> = { initial: () => new Set() };

/** Runs processes that write one key after the other. Returns the errors that they got, and what was wrong. */
function written(faults: readonly SimulatedFault[]) {
  const errors = new Set<string>();
  let number = 0;
  const writer: Actor = {
    name: 'writer',
    start: (stage) =>
      stage.every(200, () => {
        const key = `/dir/${number++}`;
        stage.follow(stage.etcdV2.create(key, key, { timeout: 2000 }), {
          next: () => void stage.get(acknowledged).add(key),
          error: ({ code, effect }: CoordinationError) => void errors.add(`${code} ${effect}`),
        });
      }),
  };
  const kept: Law = {
    name: 'what is acknowledged is there',
    after: (world) => {
      const files = world.etcd.entriesV2();
      const lost = [...world.get(acknowledged)].filter((key) => files.get(key)?.value !== key);
      if (files.size > world.etcd.indexV2) return 'a file has no index of its own';
      return lost.length === 0 && files.size > 0 ? undefined : `${files.size} files, without ${lost.join()}`;
    },
  };
  const { failure, operations } = simulate([writer], [kept], { runs: 6, faults });
  return { errors, failure: failure && String(failure), writes: operations.get('PUT /v2/keys') ?? 0 };
}

describe('a simulated user of etcd by version 2', () => {
  it.each<[SimulatedFault, readonly string[]]>([
    ['cutInside', ['CONNECTION_LOST unknown']],
    ['stall', ['TIMEOUT unknown']],
    ['hang', ['TIMEOUT none']],
    ['refuse', ['TIMEOUT none']],
    ['lose', ['CONNECTION_LOST unknown']],
    ['stopMember', []],
    ['refusal', ['RAFT_INTERNAL unknown']],
  ])('meets the fault %s', (fault, expected) => {
    const { errors, failure, writes } = written([fault]);
    expect(failure).toBeUndefined();
    expect(writes).toBeGreaterThan(100);
    expect([...errors]).toEqual(expect.arrayContaining([...expected]));
  });
});
