import { UsageError, isCoordinationError } from '../../core/errors.js';
import { acquire } from '../../lease/acquire.js';
import { ExitCode } from './report.js';
import { underHold } from './underHold.js';
import type { OptionOfVerb } from './optionOfVerb.js';
import type { Call } from './verb.js';
import { whileWaiting } from './whileWaiting.js';

/** The options of verbs that run a program while they hold something. */
export const HOLDING: Readonly<Record<string, OptionOfVerb>> = {
  wait: { value: 'MS', short: 'w', about: 'how long to wait for it; default: for ever. It ends with 1 then' },
  patience: { value: 'MS', about: 'from SIGTERM to SIGKILL for the program; default 5000' },
};

/** Runs a program while a lock is held, or an election is won. */
export async function holding(call: Call, kind: 'lock' | 'elect'): Promise<number> {
  const { store, path, rest } = call.placeAndRest();
  const [name, ...args] = [...rest, ...call.command];
  if (path === '/') throw new UsageError('PATH', 'is missing');
  if (name === undefined) throw new UsageError('COMMAND', "is missing: put it after '--'");
  const wait = call.number('wait');
  const hold$ = (await call.open(store)).hold(path, kind);
  const signals = [call.terminal.stop, ...(wait === undefined ? [] : [AbortSignal.timeout(wait)])];
  try {
    const acquiring = acquire(hold$, { signal: AbortSignal.any(signals) });
    await using held = await whileWaiting(call.terminal, `waiting for ${path}`, acquiring);
    const program = { name, args, patience: call.number('patience') ?? 5000 };
    return await underHold(program, path, held.lease, call.terminal);
  } catch (error) {
    if (!isCoordinationError(error, 'NOT_ACQUIRED') || call.terminal.stop.aborted) throw error;
    call.terminal.note(`qrx ${kind}: ${path} is still held by another after ${wait} ms`);
    return ExitCode.no;
  }
}
