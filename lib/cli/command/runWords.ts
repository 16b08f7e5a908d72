import type { Terminal } from '../terminal/terminal.js';
import { version } from '../version.js';
import { CallOfVerb } from './callOfVerb.js';
import { help, helpOf, helpOfConnection } from './help.js';
import { ExitCode, report } from './report.js';
import type { Surroundings } from './surroundings.js';
import type { Verb } from './verb.js';

/** Runs the verb that words name, or shows help. Resolves to the exit code. Never rejects. */
export async function runWords(
  verbs: readonly Verb[],
  args: readonly string[],
  terminal: Terminal,
  around: Surroundings
): Promise<number> {
  const [first = 'help', ...others] = args;
  if (['--version', '-v', 'version'].includes(first)) return print(terminal, version);
  const asksForHelp = ['help', '--help', '-h'].includes(first);
  const [name, ...words] = asksForHelp ? others : [first, ...others];
  if (name === undefined) return print(terminal, help(verbs, terminal.columns));
  if (asksForHelp && name === 'connection') return print(terminal, helpOfConnection(terminal.columns));
  const top = verbs.find((it) => it.name === name);
  if (top === undefined) {
    const near = verbs.find((it) => it.hidden !== true && isNear(it.name, name));
    terminal.note(`qrx: there is no verb ${name}. Try: qrx ${near === undefined ? 'help' : near.name}`);
    return ExitCode.usage;
  }
  const [verb, rest] = verbOf(top, words);
  const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest; // a program may have such options too
  if (asksForHelp || own.includes('--help') || own.includes('-h'))
    return print(terminal, helpOf(verb, terminal.columns));
  try {
    await using call = new CallOfVerb(verb, rest, terminal, around);
    return await verb.run(call);
  } catch (error) {
    return report(error, verb.name, terminal);
  }
}

/** A verb, or one of its own verbs if the first word names it, and the other words. */
export function verbOf(top: Verb, words: readonly string[]): readonly [Verb, readonly string[]] {
  const own = top.subverbs?.find(({ name }) => name === `${top.name} ${words[0]}`);
  return own === undefined ? [top, words] : [own, words.slice(1)];
}

async function print(terminal: Terminal, text: string): Promise<number> {
  await terminal.print(text);
  return ExitCode.done;
}

/** Whether two words differ in one letter: one more, one less, another one, or two in the other order. */
function isNear(a: string, b: string): boolean {
  if (a.startsWith(b) || b.startsWith(a)) return true;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const [restA, restB] = [a.slice(i), b.slice(i)];
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  );
}
