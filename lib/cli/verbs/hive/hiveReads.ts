import { inspect } from 'node:util';
import { forkJoin, from, map, mergeMap, toArray } from 'rxjs';
import { UsageError } from '../../../core/errors.js';
import type { EntryFacts } from '../../../hive/index.js';
import type { Printed } from '../../command/output.js';
import { ExitCode } from '../../command/report.js';
import type { Verb } from '../../command/verb.js';
import { visible } from '../../terminal/visible.js';
import { aliasIn, openedHive } from './openedHive.js';

/** Entries whose facts are read at the same time. */
const WIDTH = 32;

/** The verbs that read entries. */
export const hiveReads: readonly Verb[] = [
  {
    name: 'hive get',
    summary: 'Prints the value of an entry, which is read into memory whole.',
    usage: '[STORE] ALIAS',
    options: { raw: { short: 'r', about: 'the bytes as they are, whichever codec wrote them' } },
    operands: 'other',
    examples: [
      ['qrx hive get zk://127.0.0.1:2181/people ada', 'text and JSON as they are, objects as Node shows them'],
      ['qrx hive get logo.png --raw > logo.png', 'bytes; for large entries, take qrx hive download'],
    ],
    async run(call) {
      const [alias] = aliasIn(call);
      const hive = await openedHive(call);
      if (call.flag('raw')) await call.terminal.write(await call.first(hive.getRaw(alias)));
      else {
        const [value, facts] = await call.first(forkJoin([hive.get(alias), hive.stat(alias)]));
        const record = { alias, ...recordOf(value), ...factsOf(facts) };
        const bytes = typeof value === 'string' ? Buffer.from(value) : value;
        if (bytes instanceof Uint8Array) await call.output.value(bytes, record, `qrx hive get --raw ${alias}`);
        else await call.output.result(shown(value, facts?.codec, call.terminal.hasColours), record);
      }
      return ExitCode.done;
    },
  },
  {
    name: 'hive stat',
    summary: 'Prints all that the hive knows of an entry, without its content.',
    usage: '[STORE] ALIAS',
    options: {},
    operands: 'other',
    examples: [['qrx hive stat reports/2026 --json | jq .version', 'the version, for --version']],
    async run(call) {
      const [alias] = aliasIn(call);
      const facts = await call.first((await openedHive(call)).stat(alias));
      if (facts === undefined) {
        call.terminal.note(`qrx hive stat: ${visible(alias)}: there is no such entry. Try: qrx hive list`);
        return ExitCode.no;
      }
      await call.output.record({ alias, ...factsOf(facts) });
      return ExitCode.done;
    },
  },
  {
    name: 'hive list',
    summary: 'Lists the names of entries.',
    usage: '[STORE] [PREFIX]',
    options: { long: { short: 'l', about: 'with size, codec, version and end' } },
    operands: 'other',
    examples: [
      ['qrx hive list zk://127.0.0.1:2181/documents', 'all'],
      ['qrx hive list reports/ -l', 'those that begin so, as a table'],
    ],
    async run(call) {
      const [prefix = '', ...others] = call.argsWithoutStore();
      if (others.length > 0) throw new UsageError('arguments', `are too many: ${others.join(' ')}`);
      const hive = await openedHive(call);
      const aliases = await call.first(hive.list(prefix));
      if (!call.flag('long')) {
        for (const alias of aliases) await call.output.result(call.output.name(alias), { alias });
        return ExitCode.done;
      }
      const rows$ = from(aliases.entries()).pipe(
        mergeMap(([i, alias]) => hive.stat(alias).pipe(map((facts) => ({ i, alias, facts }))), WIDTH),
        toArray()
      );
      const rows = (await call.first(rows$)).filter(({ facts }) => facts !== undefined).sort((a, b) => a.i - b.i);
      await call.output.table(rows.map(({ alias, facts }) => ({ ...brief(facts!), alias })));
      return ExitCode.done;
    },
  },
];

/** The facts of an entry, as a record. */
export function factsOf(facts: EntryFacts<number | string> | undefined): Printed {
  const { size, version, codec, expires, sha256, upload } = facts ?? {};
  return { size, codec, version, expires, sha256, upload };
}

function brief({ size, codec, version, expires }: EntryFacts<number | string>): Printed {
  return { size, codec, version, expires };
}

/** A value for a person. */
export function shown(value: unknown, codec: string | undefined, colors = false): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (codec === 'json') return JSON.stringify(value, null, 2);
  return inspect(value, { depth: Infinity, colors });
}

/** A value for a program: bytes as base64; objects that JSON cannot hold, as Node shows them. */
export function recordOf(value: unknown): Printed {
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') };
  try {
    return { value: JSON.parse(JSON.stringify(value)) as never };
  } catch {
    return { shown: inspect(value, { depth: Infinity }) }; // a bigint, or a circle
  }
}
