import { CONNECTION } from '../connection/settings.js';
import { EXIT_CODES } from './report.js';
import type { OptionOfVerb } from './optionOfVerb.js';
import type { Verb } from './verb.js';

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
    ...verbTable(verbs, columns),
    '',
    'exit codes:',
    ...table(EXIT_CODES, columns),
    '',
    'qrx help VERB shows the arguments of a verb, with examples.',
    'qrx help connection shows the options for TLS, users and profiles.',
  ].join('\n');
}

/** The help about connections. */
export function helpOfConnection(columns?: number): string {
  return [
    'Every verb that uses a store takes these options:',
    '',
    ...table(optionRows(CONNECTION), columns),
    '',
    ...wrapped(
      'Each is also a variable, as QRX_CA, and a key of a profile, as "ca". Profiles are in ~/.config/qrx.json or ' +
        'in the file of QRX_CONFIG. The profile of the name "default" is used when no store is named. ' +
        'An option goes before a profile, and a profile before a variable.',
      '',
      columns
    ),
    '',
    '  { "prod": { "url": "zk://h1:2281,h2:2281/app", "ca": "/etc/zk/ca.pem", "user": "ann" } }',
    '',
    '  qrx tree @prod',
    '  qrx get @prod /config',
    '',
    ...wrapped(
      'If a store does not answer: does it run at this host and port, does it speak the protocol of the URL, and ' +
        'does it want TLS (--tls, --ca)? For a slow network there is --timeout MS.',
      '',
      columns
    ),
    '',
    ...wrapped(
      'A password comes from QRX_PASSWORD, from "password" of a profile, from --password-file, or from a question. ' +
        'It is no option, because all users of a machine see the arguments of a process.',
      '',
      columns
    ),
  ].join('\n');
}

/** The help of one verb. */
export function helpOf({ name, summary, usage, options, examples, subverbs = [] }: Verb, columns?: number): string {
  return [
    `usage: qrx ${[name, usage].join(' ').trimEnd()}`,
    '',
    ...wrapped(summary, '', columns),
    '',
    ...(subverbs.length > 0 ? [...verbTable(subverbs, columns), ''] : []),
    ...table(optionRows({ ...options, ...COMMON }), columns),
    '',
    'examples:',
    ...examples.flatMap(([command, meaning]) => [`  ${command}`, ...wrapped(meaning, '      ', columns)]),
  ].join('\n');
}

function verbTable(verbs: readonly Verb[], columns: number | undefined): string[] {
  return table(
    verbs.filter(({ hidden }) => hidden !== true).map((verb) => [verb.name, firstSentence(verb)]),
    columns
  );
}

function optionRows(options: Readonly<Record<string, OptionOfVerb>>): Row[] {
  return Object.entries(options).map(([option, it]) => [named(option, it), it.about]);
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

/** The first sentence about a verb, without its full stop. */
export function firstSentence({ summary }: Verb): string {
  return summary.split('. ')[0]!.replace(/\.$/, '');
}
