import { describe, expect, it } from '@jest/globals';
import { type FaultStep, checkStep } from '../../../lib/testing/proxy/faultStep.js';

describe('a step of a script', () => {
  it.each<FaultStep>([
    { cut: true },
    { after: 0, close: true },
    { afterBytes: 0, direction: 'toServer', stall: 'both', how: 'drop' },
    { after: 1, refuse: true, cut: true },
    { delay: 5, jitter: 2, split: 1, bandwidth: 100 },
    { flow: 'toClient' },
  ])('can be %j', (step) => expect(checkStep('step', step)).toBe(step));

  it.each([
    ['step', null],
    ['step', 'cut'],
    ['step', {}],
    ['step', { after: 5 }],
    ['step', { after: 5, cut: undefined }],
    ['step.kut', { kut: true }],
    ['step.cut', { cut: false }],
    ['step.after', { after: -1, cut: true }],
    ['step.after', { after: 2 ** 31, cut: true }],
    ['step.afterBytes', { afterBytes: 1.5, cut: true }],
    ['step.direction', { afterBytes: 1, direction: 'both', cut: true }],
    ['step.direction', { direction: 'toClient', cut: true }],
    ['step.stall', { stall: 'up' }],
    ['step.how', { how: 'drop', cut: true }],
    ['step.how', { stall: true, how: 'lose' }],
    ['step.jitter', { jitter: 5, cut: true }],
    ['step.bandwidth', { bandwidth: -1 }],
  ])('names %s when it is wrong: %j', (argument, step) => {
    expect(() => checkStep('step', step as never)).toThrow(expect.objectContaining({ layer: 'usage', argument }));
  });
});
