import { ServerError } from '../../core/errors.js';
import type { Step } from './step.js';

/** A step of a transaction was refused. Nothing was changed. */
export class StepError extends ServerError {
  /** The line of the step, or the lines of which one was refused. */
  readonly lines: readonly number[];

  /** @param steps the step that was refused, or those of which the store does not say which */
  constructor(code: string, steps: readonly Step[], reason: string, cause?: unknown) {
    const [{ do: operation, path }] = steps as readonly [Step];
    super(code, 0, { path, operation, message: reason, effect: 'none', cause });
    this.lines = steps.map(({ line }) => line);
  }
}
