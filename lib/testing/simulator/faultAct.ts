import type { Process } from './process.js';
import type { World } from './world.js';

/** The target of a fault: the world, one process of it, how long it lasts, and chance. */
export interface Strike {
  readonly world: World;
  readonly process: Process;
  /** Milliseconds. */
  readonly lasting: number;
  /** What clients ask for, in milliseconds. */
  readonly sessionTimeout: number;
  /** A whole number from `low` to `high`. */
  between(low: number, high: number): number;
  pick<T>(list: readonly T[]): T;
  /** Calls `undo` when the fault is over. */
  later(undo: () => void): void;
}

/** Breaks something. Returns a line for the trace. */
export type FaultAct = (strike: Strike) => string;
