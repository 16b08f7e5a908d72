import type { Observable } from 'rxjs';
import { UsageError } from '../../../core/errors.js';
import type { AnyHive, HiveCodec } from '../../../hive/index.js';
import { ExitCode } from '../../command/report.js';
import { FILE, valueOf } from '../../command/valueOf.js';
import type { OptionOfVerb } from '../../command/optionOfVerb.js';
import type { Call, Verb } from '../../command/verb.js';
import { visible } from '../../terminal/visible.js';
import { EXPIRES, VERSION, aliasIn, expiresIn, ifVersion, openedHive, whenOf } from './openedHive.js';

const CODEC: OptionOfVerb = {
  value: 'WORD',
  about: 'what the value is: text (default), json, or raw (default with --file): bytes',
};

/** The verbs that change an entry. */
export const hiveChanges: readonly Verb[] = [
  writing('put', 'Makes an entry. It is refused if there is one.', {}, [
    ['qrx hive put zk://127.0.0.1:2181/people ada "Ada Lovelace"', 'text; programs read it as a string'],
    ['qrx hive put people.json --codec json --file people.json', 'JSON, in the hive of QRX_URL'],
    ['qrx hive put session/7 ann --expires 1800000', 'for half an hour'],
  ]),
  writing('update', 'Writes an entry, and makes it if need be.', { version: VERSION }, [
    ['qrx hive update ada "Ada King"', 'whether there is one or not'],
    ['qrx hive update ada "Ada King" --version 17', 'only over this version; else it ends with 3'],
  ]),
  writing('replace', 'Writes an entry that exists.', { version: VERSION }, [
    ['qrx hive replace ada "Ada King"', 'it ends with 1 if there is no such entry'],
  ]),
  {
    name: 'hive delete',
    summary: 'Deletes an entry.',
    usage: '[STORE] ALIAS',
    options: { version: VERSION, prefix: { about: 'all entries whose names begin with ALIAS, one by one' } },
    operands: 'other',
    examples: [
      ['qrx hive delete ada', 'one entry'],
      ['qrx hive delete --prefix session/', 'all that begin so'],
    ],
    async run(call) {
      const [alias] = aliasIn(call);
      const condition = ifVersion(call);
      const isPrefix = call.flag('prefix');
      if (isPrefix && condition.ifVersion !== undefined) throw new UsageError('--version', 'is for one entry');
      const hive = await openedHive(call);
      if (!isPrefix) await call.first(hive.delete(alias, condition));
      else {
        const count = await call.first(hive.removeAll(alias));
        await call.output.result(`${count} deleted`, { deleted: count });
      }
      return ExitCode.done;
    },
  },
  {
    name: 'hive expire',
    summary: 'Changes when an entry runs out.',
    usage: '[STORE] ALIAS WHEN',
    options: { version: VERSION },
    operands: 'other',
    examples: [
      ['qrx hive expire session/7 1800000', 'in half an hour'],
      ['qrx hive expire session/7 never', 'or 2027-01-31T12:00Z'],
    ],
    async run(call) {
      const [alias, when] = aliasIn(call, 1);
      if (when === undefined) throw new UsageError('WHEN', 'is missing: milliseconds, a date, or never');
      const expires = when === 'never' ? undefined : whenOf('WHEN', when);
      const condition = ifVersion(call);
      return told(call, alias, (await openedHive(call)).expire(alias, expires, condition));
    },
  },
];

function writing(
  verb: 'put' | 'update' | 'replace',
  summary: string,
  options: Verb['options'],
  examples: Verb['examples']
): Verb {
  return {
    name: `hive ${verb}`,
    summary,
    usage: '[STORE] ALIAS VALUE',
    options: { ...options, file: FILE, codec: CODEC, expires: EXPIRES },
    operands: 'other',
    examples,
    async run(call) {
      const [alias, ...rest] = aliasIn(call, 1);
      const bytes = await valueOf(call, rest, `ALIAS ${alias}`);
      const { json, raw, text } = await import('../../../hive/index.js');
      const word = call.value('codec') ?? (call.value('file') === undefined ? 'text' : 'raw');
      const codecs = { json, raw, text } as const;
      if (!Object.hasOwn(codecs, word)) throw new UsageError('--codec', 'must be text, json or raw');
      const codec = codecs[word as keyof typeof codecs] as HiveCodec<unknown>;
      const value = word === 'raw' ? bytes : decoded(codec, bytes);
      const options = { ...expiresIn(call), ...(verb !== 'put' && ifVersion(call)) };
      const hive: AnyHive<unknown> = await openedHive(call, codec);
      return told(call, alias, hive[verb](alias, value, options));
    },
  };
}

function decoded(codec: HiveCodec<unknown>, bytes: Uint8Array): unknown {
  try {
    return codec.decode(bytes);
  } catch (cause) {
    throw new UsageError('VALUE', `is no ${codec.name}: ${(cause as Error).message}`, { cause });
  }
}

async function told(call: Call, alias: string, version$: Observable<number | string>): Promise<number> {
  const version = await call.first(version$);
  await call.output.result(`${visible(alias)} has version ${version}`, { alias, version });
  return ExitCode.done;
}
