import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { onAbort } from '../../core/onAbort.js';
import type { Terminal } from '../terminal/terminal.js';
import type { Hold } from '../stores/treeStore.js';
import { ExitCode } from './report.js';

/** A program, and how long it may take to end. */
export interface Program {
  readonly name: string;
  readonly args: readonly string[];
  /** Milliseconds from SIGTERM to SIGKILL. */
  readonly patience: number;
}

/**
 * Runs a program while something is held. When the hold is lost, or the user ends the command, the program gets a
 * SIGTERM, and later a SIGKILL. Resolves to its exit code; to that of a lost hold, when this ended it.
 */
export async function underHold(program: Program, path: string, hold: Hold, terminal: Terminal): Promise<number> {
  const env = { ...terminal.env, QRX_PATH: path, QRX_TOKEN: String(hold.token) };
  const child = spawn(program.name, program.args, { stdio: 'inherit', env });
  let killer: NodeJS.Timeout | undefined;
  const end = () => {
    if (killer !== undefined) return;
    child.kill('SIGTERM');
    killer = setTimeout(() => child.kill('SIGKILL'), program.patience);
  };
  const waits = [hold.signal, terminal.stop].map((signal) => onAbort(signal, end));
  const code = await new Promise<number>((done) => {
    child.once('error', (error) => done(notRun(program, error, terminal)));
    child.once('exit', (exit, signal) => done(exit ?? 128 + constants.signals[signal!]));
  });
  clearTimeout(killer);
  for (const stopWaiting of waits) stopWaiting();
  if (!hold.signal.aborted || terminal.stop.aborted) return code;
  terminal.note(`qrx: ${hold.lost?.message ?? 'the hold is lost'}; ${program.name} was ended`);
  return ExitCode.lost;
}

/** Says that a program cannot be run. **Returns** the exit code that a shell would give. */
function notRun({ name }: Program, error: NodeJS.ErrnoException, terminal: Terminal): number {
  const isAbsent = error.code === 'ENOENT';
  terminal.note(`qrx: ${name} ${isAbsent ? 'was not found' : `cannot be run: ${error.message}`}`);
  return isAbsent ? ExitCode.notFound : ExitCode.notExecutable;
}
