import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { UsageError } from '../../core/errors.js';
import { isStore, pathOf } from '../command/location.js';
import { ExitCode } from '../command/report.js';
import type { Call, Verb } from '../command/verb.js';
import { quotedWord } from '../command/wordsOf.js';
import { USUAL } from '../connection/profile.js';
import { CONNECTION } from '../connection/settings.js';
import { History } from '../repl/history.js';
import { Repl, entranceOf } from '../repl/repl.js';

/** The verb that asks for other verbs, line by line. */
export function repl(verbs: readonly Verb[]): Verb {
  return {
    name: 'repl',
    summary: 'Asks for verbs, line by line. It has cd and pwd, and completes paths. It runs the lines of a pipe too.',
    usage: '[STORE] [PATH]',
    options: {},
    examples: [
      ['qrx repl zk://127.0.0.1:2181', 'then: ls, cd app, get config, watch -t, exit'],
      ["printf 'cd /app\\nls\\n' | qrx repl", 'ends with the code of the last line that failed'],
    ],
    async run(call) {
      const { store, path } = startOf(call);
      await using session = new Repl(verbs, store, path, connectionArgs(call));
      const { edit } = call.terminal;
      return await (edit === undefined ? piped(call, session) : asked(call, session, edit));
    },
  };
}

function startOf(call: Call) {
  const [path, ...others] = call.argsWithoutStore();
  if (others.length > 0) throw new UsageError('arguments', `are too many: ${others.join(' ')}`);
  const [first = ''] = call.args;
  const named = isStore(first) ? first : call.terminal.env.QRX_URL || `@${USUAL}`;
  if (named === `@${USUAL}`) call.store(); // says what is missing
  const start = entranceOf(named, call.terminal);
  return path === undefined ? start : { ...start, path: pathOf(path, start.path) };
}

/** The options for connections of the repl itself, which are for all its verbs. */
function connectionArgs(call: Call): readonly string[] {
  return [...Object.entries(CONNECTION), ['timeout', { value: 'MS' }] as const].flatMap(([name, { value }]) => {
    if (value === undefined) return call.flag(name) ? [`--${name}`] : [];
    const given = call.value(name);
    return given === undefined ? [] : [`--${name}`, given];
  });
}

async function asked(call: Call, session: Repl, edit: NonNullable<Call['terminal']['edit']>): Promise<number> {
  const { terminal } = call;
  const history = new History(terminal.env);
  terminal.note('qrx repl: help shows the verbs, Tab completes, exit ends');
  while (!terminal.stop.aborted) {
    const line = await edit({
      prompt: call.output.paint('bold', session.prompt),
      history: history.lines,
      async complete(text) {
        const { part, words } = await session.complete(text, terminal);
        const [only, ...more] = words.map(quotedWord);
        const isWhole = only !== undefined && more.length === 0 && !only.endsWith('/');
        return { part, words: only === undefined ? [] : isWhole ? [`${only} `] : [only, ...more] };
      },
    });
    if (line === undefined) break;
    history.add(line);
    using part = terminal.part();
    if ((await session.run(line, part)) === undefined) break;
  }
  return ExitCode.done;
}

async function piped(call: Call, session: Repl): Promise<number> {
  let last: number = ExitCode.done;
  for await (const line of createInterface({ input: Readable.from(call.terminal.input()), crlfDelay: Infinity })) {
    const code = await session.run(line, call.terminal);
    if (code === undefined || call.terminal.stop.aborted) break;
    if (code !== ExitCode.done) last = code;
  }
  return call.terminal.stop.aborted ? ExitCode.interrupted : last;
}
