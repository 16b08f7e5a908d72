import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { Side, type Step, describeStep } from './lockstep.js';
import { Random } from '../helpers/random.js';
import { cleaning, nextStep } from './scenario.js';
import { TwoServers } from './twoServers.js';

// More: SEEDS=1-200 npx jest spec/differential; one that failed: SEEDS=17-17
const [FIRST, LAST] = (process.env['SEEDS'] ?? '1-8').split('-').map(Number) as [number, number];
const STEPS = 250;
const SEEDS = Array.from({ length: LAST - FIRST + 1 }, (_, i) => FIRST + i);

describe('the embedded server and the real one', () => {
  let servers: TwoServers | undefined;
  const end = async () => {
    await servers?.[Symbol.asyncDispose]();
    servers = undefined;
  };
  beforeAll(async () => void (servers = await TwoServers.start()));
  afterAll(end);

  it.each(SEEDS)('answer alike, and tell of the same events, whatever is done: seed %i', async (seed) => {
    servers ??= await TwoServers.start();
    const { core, ports } = servers;
    const random = new Random(seed);
    const [real, embedded] = ports.map((port) => new Side(port)) as [Side, Side];
    const history: string[] = [];
    const together = async (number: number | string, step: Step) => {
      const what = `${number}: ${describeStep(step, embedded.zxid)}`;
      const [expected, seen] = await Promise.all([real.take(step), embedded.take(step)]);
      const difference = differenceOf(expected, seen);
      if (difference === undefined) return void history.push(what);
      await end(); // the next seed gets new ones
      throw new Error(`seed ${seed}, step ${what}\n${difference}\nbefore:\n${history.slice(-8).join('\n')}`);
    };
    for (let number = 1; number <= STEPS; number++) await together(number, nextStep(random, embedded));
    for (const step of cleaning(embedded, (path) => [...(core.state.tree.get(path)?.children ?? [])]))
      await together('cleaning', step);
  });
});

/** The lines in which two answers differ. */
function differenceOf(expected: readonly string[], seen: readonly string[]): string | undefined {
  const at = expected.findIndex((line, i) => line !== seen[i]);
  if (at < 0 && expected.length === seen.length) return undefined;
  const from = at < 0 ? expected.length : at;
  const shown = (lines: readonly string[]) => lines.slice(Math.max(0, from - 2), from + 4).join('\n    ');
  return `  real:\n    ${shown(expected)}\n  embedded:\n    ${shown(seen)}`;
}
