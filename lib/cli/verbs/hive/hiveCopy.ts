import { UsageError } from '../../../core/errors.js';
import { isStore, storeOf } from '../../command/location.js';
import { ExitCode } from '../../command/report.js';
import type { Call, Verb } from '../../command/verb.js';
import { visible } from '../../terminal/visible.js';
import { bytesOf } from './bytesOf.js';
import { HIVE_SCHEMES, MAX, hiveAt } from './openedHive.js';

export const hiveCopy: Verb = {
  name: 'hive copy',
  summary: 'Copies entries from one hive to another, also of another store. Entries with the same content are skipped.',
  usage: 'FROM TO',
  options: {
    prefix: { value: 'PREFIX', about: 'only the entries whose names begin so' },
    keep: { short: 'k', about: 'leaves entries that are there, whatever their contents are' },
    max: MAX,
  },
  operands: 'other',
  examples: [
    ['qrx hive copy zk://h1/documents etcd://h2/documents', 'run it again if it breaks off'],
    ['qrx hive copy @old @new --prefix reports/ --keep', 'two profiles'],
  ],
  async run(call) {
    const [from, to, ...others] = call.args;
    if (from === undefined || to === undefined || others.length > 0 || !isStore(from) || !isStore(to))
      throw new UsageError('arguments', 'must be two URLs, or profiles: FROM and TO');
    const [source, target] = [await hiveOf(call, from), await hiveOf(call, to)];
    const { copyHive } = await import('../../../hive/index.js');
    const options = { prefix: call.value('prefix') ?? '', onExisting: call.flag('keep') ? 'keep' : 'replace' } as const;
    for await (const { phase, alias = '', ...sum } of call.each(copyHive(source, target, options))) {
      const text = `${sum.copied} copied, ${sum.skipped} skipped, ${bytesOf(sum.bytes)}`;
      if (phase === 'copying') call.terminal.progress(`${text}, of ${sum.entries} entries  ${visible(alias)}`);
      else {
        call.terminal.progress('');
        await call.output.result(text, sum);
      }
    }
    return ExitCode.done;
  },
};

function hiveOf(call: Call, argument: string) {
  return hiveAt(call, storeOf(argument, call.terminal, HIVE_SCHEMES));
}
