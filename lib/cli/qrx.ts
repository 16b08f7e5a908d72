import { runWords } from './command/runWords.js';
import { surroundings } from './command/surroundings.js';
import type { Terminal } from './terminal/terminal.js';
import { verbs } from './verbs.js';

/**
 * The command of the package. Resolves to the exit code. Never rejects: an error becomes one line on standard error,
 * with the next step.
 */
export function qrx(args: readonly string[], terminal: Terminal): Promise<number> {
  return runWords(verbs, args, terminal, surroundings);
}
