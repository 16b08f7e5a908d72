import { UsageError } from '../../core/errors.js';
import { type FaultStep, checkStep } from './faultStep.js';

/** An array is checked as a whole, before anything happens; other scripts step by step, for they may have no end. */
export function checkScript(argument: string, script: Iterable<FaultStep>): Iterable<FaultStep> {
  if (Array.isArray(script))
    (script as readonly FaultStep[]).forEach((step, i) => checkStep(`${argument}[${i}]`, step));
  else if (typeof script !== 'object' || script === null || !(Symbol.iterator in script))
    throw new UsageError(argument, 'must be an array of steps, or another iterable');
  return script;
}
