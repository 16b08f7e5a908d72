import { EXIT_CODES } from './report.js';
import type { OptionOfVerb, Verb } from './verb.js';

/** The options of every verb. */
export const COMMON: Readonly<Record<string, OptionOfVerb>> = {
  json: { about: 'print one JSON record a line' },
  timeout: { value: 'MS', about: 'the longest wait for a connection; default 15000' },
  help: { short: 'h', about: 'show this' },
};

type Row = readonly [left: string, right: string];

/** The help of the whole command. */
export function help(verbs: readonly Verb[], columns?: number): string {
  return [
    'usage: qrx VERB [ARGUMENTS]',
    '',
    ...wrapped(
      'Reads, changes and watches coordination stores: ZooKeeper, etcd and Arakoon. ' +
        'A store is a URL, with several hosts and a place: zk://h1,h2/place, etcd://h1:2379, ' +
        'arakoon://cluster?node=host:port. Without one, it is that of the variable QRX_URL.',
      '',
      columns
    ),
    '',
    ...table(
      verbs.map(({ name, summary }) => [name, summary.split('. ')[0]!.replace(/\.$/, '')]),
      columns
    ),
    '',
    'exit codes:',
    ...table(EXIT_CODES, columns),
    '',
    'qrx help VERB shows the arguments of a verb, with examples.',
  ].join('\n');
}

/** The help of one verb. */
export function helpOf({ name, summary, usage, options, examples }: Verb, columns?: number): string {
  return [
    `usage: qrx ${[name, usage].join(' ').trimEnd()}`,
    '',
    ...wrapped(summary, '', columns),
    '',
    ...table(
      Object.entries({ ...options, ...COMMON }).map(([option, it]) => [named(option, it), it.about]),
      columns
    ),
    '',
    'examples:',
    ...examples.flatMap(([command, meaning]) => [`  ${command}`, ...wrapped(meaning, '      ', columns)]),
  ].join('\n');
}

function named(name: string, { value, short }: OptionOfVerb): string {
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
}

/** Two columns, of which the right one is wrapped. */
function table(rows: readonly Row[], columns: number | undefined): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length)) + 4;
  return rows.flatMap(([left, right]) => {
    const [first = '', ...others] = wrapped(right, ' '.repeat(width), columns);
    return [`  ${left}`.padEnd(width) + first.slice(width), ...others];
  });
}

/** Text in lines of the width of the terminal, each after an indent. At most 100, so that the eye finds the next. */
function wrapped(text: string, indent: string, columns = 100): string[] {
  const room = Math.max(40, Math.min(columns, 100)) - 1;
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line !== indent && line.length + 1 + word.length > room) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line];
}
