import { bytes, integer } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';
import type { Consistency } from '../protocol/consistency.js';

const LARGEST_INT = 2 ** 31 - 1;
const LARGEST_LONG = 2n ** 63n - 1n;

export function checkConsistency(value: Consistency): Consistency {
  if (value === 'consistent' || value === 'none') return value;
  const atLeast = typeof value === 'object' && value !== null ? value.atLeast : undefined;
  if (typeof atLeast === 'bigint' && atLeast >= 0n && atLeast <= LARGEST_LONG) return value;
  throw new UsageError('options.consistency', "must be 'consistent', 'none', or { atLeast } with a bigint, 0 or above");
}

/** How many are wanted, as servers are told: below 0, all. */
export function maxOf(argument: string, max: number | undefined): number {
  return max === undefined ? -1 : integer(argument, max, 0, LARGEST_INT);
}

/** How many logs are to be kept. */
export function keepOf(keep: number): number {
  return integer('keep', keep, 1, LARGEST_INT);
}

export function flag(argument: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value;
  throw new UsageError(argument, `must be true or false, not ${typeof value}`);
}

/** A name, which servers take as text. */
export function text(argument: string, value: string): string {
  if (typeof value === 'string') return value;
  throw new UsageError(argument, `must be a string, not ${value === null ? 'null' : typeof value}`);
}

/** What a user function is given. */
export function argumentOf(argument: string, value: Uint8Array | null): Uint8Array | null {
  return value === null ? null : bytes(argument, value);
}

export function array<T>(argument: string, value: readonly T[]): readonly T[] {
  if (Array.isArray(value)) return value;
  throw new UsageError(argument, `must be an array, not ${value === null ? 'null' : typeof value}`);
}
