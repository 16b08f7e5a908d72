import { UsageError } from '../../core/errors.js';
import type { Fact } from '../stores/fact.js';

/** The operations of a transaction. */
export const OPERATIONS = ['check', 'create', 'set', 'put', 'delete', 'get'] as const;

/** An operation of a transaction, as a line of its file says it. */
export interface Step {
  readonly line: number;
  readonly do: (typeof OPERATIONS)[number];
  readonly path: string;
  readonly value?: Uint8Array | undefined;
  readonly version?: string | undefined;
  /** For `check`: there must be no such node. */
  readonly absent?: boolean | undefined;
  /** For `create`: the mode of the store. */
  readonly mode?: string | undefined;
  /** For `create`: milliseconds. */
  readonly ttl?: number | undefined;
  /** For `delete`: with all nodes below it, and also if there is none. */
  readonly recursive?: boolean | undefined;
}

/** The effect of a step. */
export interface StepOutcome {
  readonly step: Step;
  /** The path of a new node, which a store may have given a number. */
  readonly path?: string;
  /** What the store says of the node: its new version. */
  readonly facts?: Readonly<Record<string, Fact>>;
  /** What `get` has read; `null` if there is no such node. */
  readonly value?: Uint8Array | null;
}

/** What a transaction has done. */
export interface TransactionOutcome {
  /** The condition that did not hold, so that the steps after `else` were done. */
  readonly failed?: Step | undefined;
  readonly outcomes: readonly StepOutcome[];
}

/** A fault of a line. */
export function lineFault(line: number, message: string): UsageError {
  return new UsageError(`line ${line}`, message);
}
