import { UsageError } from '../../core/errors.js';
import type { Candidates } from '../completion/candidates.js';
import { quickCandidates } from '../completion/quickCandidates.js';
import { isStore, locationOf, pathOf, storeOf } from '../command/location.js';
import { ExitCode, report } from '../command/report.js';
import { runWords } from '../command/runWords.js';
import { argumentsIn } from '../command/wordsOf.js';
import type { Verb } from '../command/verb.js';
import { storeUrl } from '../stores/storeUrl.js';
import type { Terminal } from '../terminal/terminal.js';
import { terminalWith } from '../terminal/terminalWith.js';
import { KeptStores } from './keptStores.js';

/** The words of a repl that are no verbs. */
const OWN = ['cd', 'exit', 'help', 'pwd', 'quit'];
const HELP = `
in the repl:
  cd [PATH]          goes to a node, with .. as in a shell; a URL or a profile is another store
  pwd                prints the store and the path
  exit, quit         ends, as Ctrl-D does. Ctrl-C ends a verb that runs
  Paths without a first slash are below the path of the prompt.`;
/** Milliseconds that a search for paths may take. */
const PATIENCE = 1000;

/** The state of a repl: a store, a path in it, and the connections of its verbs. */
export class Repl implements AsyncDisposable {
  readonly #verbs: readonly Verb[];
  readonly #connectionArgs: readonly string[];
  readonly #kept = new KeptStores();
  #store: string;
  #directory: string;

  /**
   * @param store a URL, or a profile with an at sign
   * @param connectionArgs the options that every verb gets
   */
  constructor(verbs: readonly Verb[], store: string, directory: string, connectionArgs: readonly string[]) {
    this.#verbs = verbs.filter(({ name }) => name !== 'repl' && name !== 'completion');
    this.#store = store;
    this.#directory = directory;
    this.#connectionArgs = connectionArgs;
  }

  get prompt(): string {
    const servers = this.#store.startsWith('@') ? this.#store : storeUrl(this.#store).servers;
    return `${servers.length > 40 ? `${servers.slice(0, 39)}…` : servers} ${this.#directory}> `;
  }

  /** Runs a line. Resolves to an exit code; to `undefined` when the repl should end. */
  async run(line: string, terminal: Terminal): Promise<number | undefined> {
    const inside = this.#inside(terminal);
    let words: readonly string[];
    try {
      words = argumentsIn(line);
    } catch (error) {
      return report(error, 'repl', inside);
    }
    const [first, ...rest] = words[0] === 'qrx' ? words.slice(1) : words;
    if (first === undefined) return ExitCode.done;
    if (first === 'exit' || first === 'quit') return undefined;
    if (first === 'pwd') return this.#pwd(inside);
    if (first === 'cd') return this.#cd(rest, inside);
    const verb = this.#verbs.find(({ name }) => name === first);
    const [second, ...others] = rest;
    const head = verb?.subverbs !== undefined && second !== undefined ? [first, second] : [first];
    const tail = head.length === 2 ? others : rest;
    const code = await runWords(
      this.#verbs,
      verb === undefined ? [first, ...rest] : [...head, ...this.#connectionArgs, ...tail],
      inside,
      this.#around
    );
    if (first === 'help' && rest.length === 0) await inside.print(HELP);
    if (code === ExitCode.unreachable || code === ExitCode.unknown) await this.#kept.close();
    return code;
  }

  /** What the last word of a line could be. Nothing if the store does not tell in time. */
  async complete(line: string, terminal: Terminal): Promise<Candidates> {
    const completing = { verbs: this.#verbs, others: OWN, terminal: this.#inside(terminal), around: this.#around };
    return quickCandidates(line, completing, PATIENCE);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kept.close();
  }

  get #around() {
    return { directory: this.#directory, open: this.#kept.open };
  }

  async #pwd(terminal: Terminal): Promise<number> {
    await terminal.print(`${this.#store} ${this.#directory}`);
    return ExitCode.done;
  }

  async #cd(words: readonly string[], terminal: Terminal): Promise<number> {
    try {
      const [target = '/', more] = words;
      if (more !== undefined) throw new UsageError('arguments', 'must be one: a path, a URL or a profile');
      if (isStore(target)) {
        const { store, path } = entranceOf(target, terminal);
        this.#store = store;
        this.#directory = path;
        return ExitCode.done;
      }
      const path = pathOf(target, this.#directory).replace(/(?<=.)\/+$/, '');
      const code = path === '/' ? ExitCode.done : await this.#exists(path, terminal);
      if (code === ExitCode.done) this.#directory = path;
      return code;
    } catch (error) {
      return report(error, 'cd', terminal);
    }
  }

  /** Whether there is such a node, as an exit code. */
  async #exists(path: string, terminal: Terminal): Promise<number> {
    const quiet = terminalWith(terminal, {
      print: () => Promise.resolve(),
      note: (line) => terminal.note(line.replace(/^qrx stat\b/, 'qrx cd')), // which the user has written
    });
    return runWords(this.#verbs, ['stat', ...this.#connectionArgs, path], quiet, this.#around);
  }

  /** The terminal of a verb: its store is the usual one, and the standard input stays with the repl. */
  #inside(terminal: Terminal): Terminal {
    return terminalWith(terminal, {
      env: { ...terminal.env, QRX_URL: this.#store },
      input: () => {
        throw new UsageError('standard input', 'is that of the repl: name a file');
      },
    });
  }
}

/** The store and the path of a URL, or of a profile with an at sign. Throws a `UsageError`. */
export function entranceOf(text: string, terminal: Terminal): { readonly store: string; readonly path: string } {
  const named = storeOf(text, terminal);
  if (text.startsWith('@')) {
    const [, store = '', place = ''] = /^(@[^/]*)(.*)$/s.exec(text) ?? [];
    return { store, path: place.replace(/\/+$/, '') || '/' };
  }
  const { store, path } = locationOf(named);
  return { store: store.url, path };
}
