import { expect, it } from '@jest/globals';
import { node } from '../helpers/project.js';

/** Calls a function of floors.mjs, which Jest itself cannot import. */
async function called(name: string, ...args: unknown[]): Promise<unknown> {
  const call = `${name}(...${JSON.stringify(args)})`;
  const script = `import * as floors from './spec/bench/floors.mjs'; console.log(JSON.stringify(floors.${call}));`;
  return JSON.parse(await node(['--input-type=module', '--eval', script]));
}

const RESULTS = [
  { workload: 'get256', text: 'to the raw socket', ratio: 0.84 },
  { workload: 'get256', text: 'CPU to the best peer', ratio: 0.41, most: true },
  { workload: 'new', text: 'to nothing yet', ratio: 1 },
];

it('a ratio fell if it is below its floor, or above it where less is better', async () => {
  const met = { 'get256: to the raw socket': 0.84, 'get256: CPU to the best peer': 0.41, 'other: not measured': 1 };
  const missed = { 'get256: to the raw socket': 0.85, 'get256: CPU to the best peer': 0.4 };
  expect(await called('fallen', RESULTS, met)).toEqual([]);
  expect(await called('fallen', RESULTS, missed)).toEqual([
    'get256: to the raw socket: 0.840, and at least 0.85 is held',
    'get256: CPU to the best peer: 0.410, and at most 0.4 is held',
  ]);
});

it('a raised floor leaves room for the difference between two runs, and the other floors stay', async () => {
  expect(await called('raised', RESULTS, { 'get256: to the raw socket': 0.1, 'other: not measured': 1 })).toEqual({
    'get256: CPU to the best peer': 0.471,
    'get256: to the raw socket': 0.714,
    'new: to nothing yet': 0.85,
    'other: not measured': 1,
  });
});

it('a floor is never lowered by a run on a busy machine', async () => {
  const floors = { 'get256: to the raw socket': 0.9, 'get256: CPU to the best peer': 0.3, 'new: to nothing yet': 1 };
  expect(await called('raised', RESULTS, floors)).toEqual(floors);
});
