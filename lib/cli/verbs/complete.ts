import { candidates } from '../completion/candidates.js';
import { ExitCode } from '../command/report.js';
import { surroundings } from '../command/surroundings.js';
import type { Verb } from '../command/verb.js';
import { quotedWord } from '../command/wordsOf.js';
import { terminalWith } from '../terminal/terminalWith.js';

/** Milliseconds for an answer: a user waits for it. */
const PATIENCE = 1500;

/** The verb that the completion of shells asks. */
export function complete(verbs: readonly Verb[]): Verb {
  return {
    name: '__complete',
    hidden: true,
    summary: 'Prints what the last word of a command line could be, for the completion of shells.',
    usage: 'LINE',
    options: {},
    examples: [['qrx __complete "qrx get /a"', 'the paths that begin with /a']],
    async run({ args: [line = ''], terminal }) {
      const stop = AbortSignal.any([terminal.stop, AbortSignal.timeout(PATIENCE)]);
      const nothing = () => undefined;
      const ask = () => Promise.resolve(undefined);
      const silent = terminalWith(terminal, { stop, note: nothing, progress: nothing, ask });
      const own = line.replace(/^\s*\S+\s/, ''); // without the command itself
      const found = await candidates(own, { verbs, others: ['help'], terminal: silent, around: surroundings }).catch(
        () => ({ words: [] })
      );
      for (const word of found.words) await terminal.print(quotedWord(word));
      return ExitCode.done;
    },
  };
}
