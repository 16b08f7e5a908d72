import { describe, expect, it } from '@jest/globals';
import { node } from '../helpers/project.js';

describe('the faults that the simulator must notice', () => {
  it('can all be put back into the library as it is', async () => {
    expect(await node(['spec/simulator/teeth.mjs', '--check'])).toMatch(/^\d+ faults can be put back$/m);
  });
});
