import { UsageError } from '../../../core/errors.js';
import type { AnyHive } from '../../../hive/index.js';
import { Changes } from '../../command/changes.js';
import { ExitCode } from '../../command/report.js';
import type { Call, Verb } from '../../command/verb.js';
import { aliasIn, openedHive } from './openedHive.js';
import { factsOf, recordOf, shown } from './hiveReads.js';

/** Characters in front of a value: the time of day and two spaces. */
const TIME = 10;

export const hiveWatch: Verb = {
  name: 'hive watch',
  summary: 'Follows an entry, or all entries with a prefix, until Ctrl-C. Not in Arakoon, which has no events.',
  usage: '[STORE] ALIAS',
  options: {
    prefix: { short: 'p', about: "the entries whose names begin with ALIAS, without their values; '' is all" },
  },
  operands: 'other',
  examples: [
    ['qrx hive watch zk://127.0.0.1:2181/people ada', 'the value now, and after every change'],
    ["qrx hive watch --prefix ''", 'entries that come (+), change (~) and go (-)'],
  ],
  async run(call) {
    if (call.flag('prefix')) {
      const [prefix = '', ...others] = call.argsWithoutStore();
      if (others.length > 0) throw new UsageError('arguments', `are too many: ${others.join(' ')}`);
      await watchPrefix(call, await openedHive(call), prefix);
    } else {
      const [alias] = aliasIn(call);
      await watchEntry(call, await openedHive(call), alias);
    }
    return ExitCode.done;
  },
};

async function watchEntry(call: Call, hive: AnyHive<unknown>, alias: string): Promise<void> {
  if (hive.watch === undefined) throw noEvents();
  const { output } = call;
  const changes = new Changes(call);
  let last: string | undefined;
  for await (const entry of call.follow(hive.watch(alias))) {
    const { kind } = entry;
    const facts = kind === 'present' ? factsOf(entry.facts) : {};
    const isNews = last !== (last = JSON.stringify([kind, facts]));
    await changes.freshness(entry);
    if (!isNews) continue;
    if (kind === 'present') {
      const text = shown(entry.value, entry.facts.codec).replaceAll('\n', ' ');
      await changes.line(output.brief(Buffer.from(text), TIME), { kind, alias, ...recordOf(entry.value), ...facts });
    } else await changes.line(output.paint('dim', NOT_PRESENT[kind]), { kind, alias });
  }
}

const NOT_PRESENT = {
  absent: '(no such entry)',
  denied: '(may not be read)',
  unreadable: '(the codec refuses it)',
} as const;

async function watchPrefix(call: Call, hive: AnyHive<unknown>, prefix: string): Promise<void> {
  if (hive.watchPrefix === undefined) throw noEvents();
  const changes = new Changes(call);
  let last: ReadonlyMap<string, { readonly version: number | string; readonly size: number }> = new Map();
  for await (const { entries, ...freshness } of call.follow(hive.watchPrefix(prefix))) {
    await changes.freshness(freshness);
    for (const alias of last.keys())
      if (!entries.has(alias)) await changes.change('removed', call.output.name(alias), '', { alias });
    for (const [alias, facts] of entries) {
      const before = last.get(alias);
      if (before?.version === facts.version) continue;
      const kind = before === undefined ? 'added' : 'changed';
      await changes.change(kind, call.output.name(alias), `${facts.size} bytes`, { alias, ...factsOf(facts) });
    }
    last = entries;
  }
}

function noEvents(): UsageError {
  return new UsageError('store', 'must not be Arakoon, which has no events: try qrx hive get');
}
