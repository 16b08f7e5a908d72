import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type FaultStep, checkStep } from '../../../lib/testing/proxy/faultStep.js';
import { type FaultKind, type RandomFaultsOptions, randomFaults } from '../../../lib/testing/proxy/randomFaults.js';

const KINDS: FaultKind[] = ['cut', 'close', 'tear', 'drop', 'stall', 'refuse'];

function first(count: number, options: RandomFaultsOptions): FaultStep[] {
  const steps: FaultStep[] = [];
  for (const step of randomFaults(options)) if (steps.push(step) === count) break;
  return steps;
}

function kindOf({ stall, refuse, afterBytes, close, dropConnections }: FaultStep): FaultKind {
  if (stall !== undefined) return 'stall';
  if (refuse !== undefined) return 'refuse';
  if (afterBytes !== undefined) return 'tear';
  if (dropConnections !== undefined) return 'drop';
  return close === undefined ? 'cut' : 'close';
}

const isEnd = ({ flow, accept }: FaultStep) => flow !== undefined || accept !== undefined;

describe('random faults', () => {
  it('repeat with their seed, each time they are played', () => {
    const options = { seed: 7, every: 1000 };
    const faults = randomFaults(options);
    const again = [0, 1].map(() => faults[Symbol.iterator]().next().value);
    expect(again[0]).toEqual(again[1]);
    expect(first(50, options)).toEqual(first(50, options));
    expect(first(50, { ...options, seed: 8 })).not.toEqual(first(50, options));
  });

  it('are steps that can be played, of the kinds asked for, and each that lasts has an end', () => {
    const kinds = fc.uniqueArray(fc.constantFrom(...KINDS), { minLength: 1 });
    const property = fc.property(
      fc.nat(),
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 1, max: 5000 }),
      kinds,
      (seed, every, lasting, chosen) => {
        const steps = first(60, { seed, every, lasting, kinds: chosen });
        for (const [i, step] of steps.entries()) {
          checkStep('step', step);
          const before = steps[i - 1];
          expect(isEnd(step)).toBe(
            before !== undefined && !isEnd(before) && ['stall', 'refuse'].includes(kindOf(before))
          );
          if (isEnd(step))
            expect([step.flow, step.after! <= lasting]).toEqual([before!.stall === undefined ? undefined : true, true]);
          else
            expect([chosen.includes(kindOf(step)), Math.abs(step.after! - every) <= every / 2 + 1]).toEqual([
              true,
              true,
            ]);
        }
      }
    );
    fc.assert(property);
  });

  it('are of all kinds by default, and last at most half of the time between two', () => {
    const steps = first(300, { seed: 1, every: 1000 });
    expect(new Set(steps.filter((step) => !isEnd(step)).map(kindOf))).toEqual(new Set(KINDS));
    expect(Math.max(...steps.filter(isEnd).map(({ after }) => after!))).toBeLessThanOrEqual(500);
  });

  it.each([
    ['options.seed', { every: 5 }],
    ['options.seed', { seed: 0.5, every: 5 }],
    ['options.every', { seed: 1, every: 0 }],
    ['options.lasting', { seed: 1, every: 5, lasting: -1 }],
    ['options.kinds', { seed: 1, every: 5, kinds: [] }],
    ['options.kinds[1]', { seed: 1, every: 5, kinds: ['cut', 'kut'] }],
    ['options.kind', { seed: 1, every: 5, kind: 'cut' }],
  ])('name %s when it is wrong: %j', (argument, options) => {
    expect(() => randomFaults(options as never)).toThrow(expect.objectContaining({ layer: 'usage', argument }));
  });
});
