import { quickCandidates } from '../completion/quickCandidates.js';
import { ExitCode } from '../command/report.js';
import { surroundings } from '../command/surroundings.js';
import type { Verb } from '../command/verb.js';
import { quotedWord } from '../command/wordsOf.js';

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
      const own = line.replace(/^\s*\S+\s/, ''); // without the command itself
      const completing = { verbs, others: ['help'], terminal, around: surroundings };
      const found = await quickCandidates(own, completing, PATIENCE);
      for (const word of found.words) await terminal.print(quotedWord(word));
      return ExitCode.done;
    },
  };
}
