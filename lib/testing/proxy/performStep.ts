import type { Direction } from './proxyTypes.js';
import type { FaultStep } from './faultStep.js';
import type { Faults } from './faults.js';

/** The parts of a step, in the order in which they are done: no client comes back between `refuse` and `cut`. */
const ACTS: readonly (readonly [keyof FaultStep, (on: Faults, step: FaultStep) => void | Promise<void>])[] = [
  ['heal', (on) => on.heal()],
  ['refuse', (on) => on.refuse()],
  ['cut', (on) => on.cut()],
  ['close', (on) => on.close()],
  ['dropConnections', (on) => on.dropConnections()],
  ['delay', (on, { delay = 0, jitter }) => on.delay(delay, jitter)],
  ['split', (on, { split = 0 }) => on.split(split)],
  ['bandwidth', (on, { bandwidth = 0 }) => on.bandwidth(bandwidth)],
  ['flow', (on, { flow }) => on.flow(way(flow))],
  ['stall', (on, { stall, how }) => on.stall(way(stall), how)],
  ['accept', (on) => on.accept()],
];

/** Performs a step. Returns a promise when that takes a moment, else nothing. */
export function performStep(step: FaultStep, on: Faults): Promise<unknown> | undefined {
  const done = ACTS.filter(([name]) => step[name] !== undefined).map(([, act]) => act(on, step));
  const pending = done.filter((it) => it !== undefined);
  return pending.length > 0 ? Promise.all(pending) : undefined;
}

function way(value: true | Direction | 'both' | undefined): Direction | 'both' {
  return value === true || value === undefined ? 'both' : value;
}
