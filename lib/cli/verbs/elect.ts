import { HOLDING, holding } from '../command/holding.js';
import type { Verb } from '../command/verb.js';

export const elect: Verb = {
  name: 'elect',
  summary: 'Stands for election, and runs a program while it leads. QRX_TOKEN has the fencing token.',
  usage: '[STORE] PATH -- COMMAND',
  runsCommand: true,
  options: HOLDING,
  examples: [
    ['qrx elect zk://127.0.0.1:2181 /election -- ./scheduler', 'the scheduler runs on one machine'],
    ['until qrx elect /election -- ./scheduler; do sleep 1; done', 'and stands again after a loss'],
  ],
  run: (call) => holding(call, 'elect'),
};
