import { UsageError } from '../../core/errors.js';
import { ExitCode } from '../command/report.js';
import type { Verb } from '../command/verb.js';
import { stage } from '../demo/stage.js';

export const demo: Verb = {
  name: 'demo',
  summary: 'Shows a watch, a lost link, an expired session and an election, on a server of its own. It takes seconds.',
  usage: '',
  options: {},
  operands: 'other',
  examples: [
    ['qrx demo', 'it needs no ZooKeeper, and asks nothing'],
    ['qrx demo --json', 'as records'],
  ],
  async run(call) {
    if (call.args.length > 0) throw new UsageError('arguments', `are too many: ${call.args.join(' ')}`);
    const { playDemo } = await import('../demo/playDemo.js');
    await playDemo(stage(call));
    return ExitCode.done;
  },
};
