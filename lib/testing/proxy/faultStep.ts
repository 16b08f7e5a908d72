import { knownKeys, oneOf } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';
import type { Direction } from './proxyTypes.js';
import { whole } from './whole.js';

/**
 * A step of a script: its time, and its faults. It is due `after` so many milliseconds and then `afterBytes` so many
 * bytes, both counted from the step before it, or from the start; without either, it is due at once. It does at least
 * one thing, and may do several: `{ refuse: true, cut: true }`. {@link Faults} describes them, in the methods of the
 * same names.
 *
 * @example
 * const script: readonly FaultStep[] = [
 *   { after: 500, cut: true },
 *   { afterBytes: 1000, direction: 'toClient', cut: true }, // a reply that breaks off in the middle
 *   { after: 2000, stall: 'toServer' },
 *   { after: 4000, flow: true }, // 4 seconds after it stalled
 * ];
 */
export interface FaultStep {
  /** Milliseconds. Default 0. */
  readonly after?: number;
  /** Bytes, counted over all connections. With 0, the next byte is the one that does not get through. */
  readonly afterBytes?: number;
  /** Which way `afterBytes` are counted. Default `'toClient'`. */
  readonly direction?: Direction;
  readonly refuse?: true;
  readonly cut?: true;
  readonly close?: true;
  readonly dropConnections?: true;
  /** `true` means both directions. */
  readonly stall?: true | Direction | 'both';
  /** The fate of bytes in a `stall`. Default `'hold'`. */
  readonly how?: 'hold' | 'drop';
  /** `true` means both directions. */
  readonly flow?: true | Direction | 'both';
  /** Milliseconds. */
  readonly delay?: number;
  /** Milliseconds, of a `delay`. Default 0. */
  readonly jitter?: number;
  /** Bytes. */
  readonly split?: number;
  /** Bytes a second. */
  readonly bandwidth?: number;
  readonly heal?: true;
  readonly accept?: true;
}

type Check = (argument: string, value: unknown) => unknown;

const way: Check = (argument, value) => value === true || oneOf(argument, value, ['toClient', 'toServer', 'both']);
const yes: Check = (argument, value) => {
  if (value !== true) throw new UsageError(argument, `must be true, or left out, not ${String(value)}`);
};

const ACTS: Readonly<Partial<Record<keyof FaultStep, Check>>> = {
  ...{ refuse: yes, cut: yes, close: yes, dropConnections: yes, heal: yes, accept: yes },
  ...{ stall: way, flow: way, delay: whole, split: whole, bandwidth: whole },
};
const CHECKS: Readonly<Partial<Record<string, Check>>> = {
  ...ACTS,
  ...{ after: whole, afterBytes: whole, jitter: whole },
  direction: (argument, value) => oneOf(argument, value, ['toClient', 'toServer']),
  how: (argument, value) => oneOf(argument, value, ['hold', 'drop']),
};
/** Keys that need another key beside them. */
const NEEDS = { direction: 'afterBytes', how: 'stall', jitter: 'delay' } as const;

/** Throws a `UsageError` that names the field at fault. */
export function checkStep(argument: string, step: FaultStep): FaultStep {
  const fields = Object.entries(knownKeys(argument, step, Object.keys(CHECKS))).filter(
    ([, value]) => value !== undefined
  );
  for (const [key, value] of fields) CHECKS[key]?.(`${argument}.${key}`, value);
  for (const [key, needed] of Object.entries(NEEDS) as [keyof typeof NEEDS, keyof FaultStep][]) {
    if (step[key] !== undefined && step[needed] === undefined)
      throw new UsageError(`${argument}.${key}`, `says nothing without ${needed}`);
  }
  if (!fields.some(([key]) => key in ACTS))
    throw new UsageError(argument, `must do something: ${Object.keys(ACTS).join(', ')}`);
  return step;
}
