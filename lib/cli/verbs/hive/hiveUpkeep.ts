import { UsageError } from '../../../core/errors.js';
import type { SweepReport } from '../../../hive/index.js';
import { ExitCode } from '../../command/report.js';
import type { Call, Verb } from '../../command/verb.js';
import { visible } from '../../terminal/visible.js';
import { MAX, openedHive } from './openedHive.js';

/** The verbs that keep a hive in order. */
export const hiveUpkeep: readonly Verb[] = [
  {
    name: 'hive verify',
    summary: 'Reads every entry, and compares its checksums. Ends with 1 if one is damaged, and names it.',
    usage: '[STORE] [PREFIX]',
    options: { max: MAX },
    operands: 'other',
    examples: [['qrx hive verify zk://127.0.0.1:2181/documents && echo all is well', 'also those of one PREFIX']],
    async run(call) {
      const [prefix = '', ...others] = call.argsWithoutStore();
      if (others.length > 0) throw new UsageError('arguments', `are too many: ${others.join(' ')}`);
      let count = 0;
      for await (const { alias, error } of call.each((await openedHive(call)).verify(prefix))) {
        count++;
        const problem = error instanceof Error ? error.message : String(error);
        await call.output.result(visible(`${alias}  ${problem}`), { alias, problem });
      }
      return count > 0 ? ExitCode.no : ExitCode.done;
    },
  },
  {
    name: 'hive sweep',
    summary: 'Takes away what no entry needs any more: replaced contents, parts of dead writers, entries that ran out.',
    usage: '[STORE]',
    options: {
      'dry-run': { short: 'n', about: 'changes nothing, and counts' },
      every: { value: 'MS', about: 'sweeps again and again until Ctrl-C, in one process of all' },
    },
    operands: 'other',
    examples: [
      ['qrx hive sweep zk://127.0.0.1:2181/documents', 'once'],
      ['qrx hive sweep --every 300000', 'as a service; only one of several sweeps'],
    ],
    async run(call) {
      if (call.argsWithoutStore().length > 0) throw new UsageError('arguments', 'must be none, or a store');
      const [every, dryRun] = [call.number('every'), call.flag('dry-run')];
      if (every !== undefined && dryRun) throw new UsageError('--dry-run', 'is not for --every');
      const hive = await openedHive(call);
      if (every === undefined) await report(call, await call.first(hive.sweep({ dryRun })));
      else for await (const done of call.follow(hive.sweeper({ every }))) await report(call, done);
      return ExitCode.done;
    },
  },
];

async function report({ output }: Call, sweep: SweepReport): Promise<void> {
  const text = Object.entries(sweep)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
  await output.result(text, { ...sweep });
}
