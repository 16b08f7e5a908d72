import { CallOfVerb } from '../command/callOfVerb.js';
import { COMMON } from '../command/help.js';
import { isStore, locationOf, pathOf, storeOf } from '../command/location.js';
import { below } from '../command/paths.js';
import { verbOf } from '../command/runWords.js';
import type { Surroundings } from '../command/surroundings.js';
import type { Verb } from '../command/verb.js';
import { type Word, wordsOf } from '../command/wordsOf.js';
import { CONNECTION } from '../connection/settings.js';
import type { Terminal } from '../terminal/terminal.js';

/** The most candidates that are offered. */
const MOST = 200;

/** What can stand in place of the last word of a line. */
export interface Candidates {
  /** The last word, as it is written. */
  readonly part: string;
  /** Without quotes. */
  readonly words: readonly string[];
}

/** Where the words of a line are from. */
export interface Completing {
  readonly verbs: readonly Verb[];
  /** Words that can be first, besides verbs. */
  readonly others: readonly string[];
  /** For the store: its wish to end ends the search for paths. */
  readonly terminal: Terminal;
  readonly around: Surroundings;
}

/** What the last word of a line could be: verbs, options, or paths of the store. Rejects as the store does. */
export async function candidates(line: string, completing: Completing): Promise<Candidates> {
  const all = wordsOf(line);
  const isNew = all.length === 0 || (all.at(-1)!.open === undefined && /\s$/.test(line));
  const current: Word = isNew ? { text: '', start: line.length } : all.at(-1)!;
  const before = (isNew ? all : all.slice(0, -1)).map(({ text }) => text);
  const words = await wordsFor(current.text, before, completing);
  const fitting = words.filter((word) => word.startsWith(current.text)).slice(0, MOST);
  return { part: line.slice(current.start), words: fitting };
}

async function wordsFor(text: string, before: readonly string[], it: Completing): Promise<readonly string[]> {
  const [first, ...others] = before;
  const shown = it.verbs.filter(({ hidden }) => hidden !== true);
  if (first === undefined) return [...shown.map(({ name }) => name), ...it.others].sort();
  const top = first === 'cd' ? PLAIN : shown.find(({ name }) => name === first);
  if (top === undefined || before.includes('--')) return [];
  if (top.subverbs !== undefined && others.length === 0) return top.subverbs.map(({ name }) => name.split(' ')[1]!);
  const [verb, args] = verbOf(top, others);
  const options = { ...verb.options, ...COMMON, ...CONNECTION };
  if (text.startsWith('-')) return Object.keys(options).map((name) => `--${name}`);
  const last = args.at(-1) ?? '';
  const isValue = Object.entries(options).some(
    ([name, { value, short }]) => value !== undefined && (last === `--${name}` || last === `-${short}`)
  );
  return isValue || verb.operands === 'other' ? [] : pathsFor(text, verb, args, it);
}

/** Stands for a verb whose arguments are paths. */
const PLAIN: Verb = { name: 'cd', summary: '', usage: '', options: {}, examples: [], run: () => Promise.resolve(0) };

/** Paths that begin with the text; after it, those below a URL. One that has others below it ends with a slash. */
async function pathsFor(text: string, verb: Verb, args: readonly string[], it: Completing): Promise<readonly string[]> {
  await using call = new CallOfVerb(verb, args, it.terminal, it.around);
  const isUrl = isStore(text);
  const { store, path: place } = isUrl ? locationOf(storeOf(text, it.terminal)) : { store: call.store(), path: '/' };
  if (isUrl && place === '/') return [];
  const written = text.slice(0, text.lastIndexOf('/') + 1);
  const folder = isUrl ? place.slice(0, place.lastIndexOf('/')) || '/' : folderOf(written, it.around.directory);
  const opened = await call.open(store);
  const begins = text.slice(written.length);
  const names = (await call.first(opened.list(folder, { begins, max: MOST }))) ?? [];
  const paths = names.filter((name) => name !== '').map((name) => written + name);
  const [only, ...more] = paths;
  if (only === undefined || more.length > 0) return paths;
  const path = `${folder === '/' ? '' : folder}/${only.slice(written.length)}`;
  const hasMore = ((await call.first(opened.list(path, { max: 1 }))) ?? []).length > 0;
  return hasMore ? [`${only}/`] : [only];
}

function folderOf(written: string, directory: string): string {
  if (written === '') return directory;
  return below(pathOf(written, directory), '/').replace(/\/+$/, '') || '/';
}
