import { HOLDING, holding } from '../command/holding.js';
import type { Verb } from '../command/verb.js';

export const lock: Verb = {
  name: 'lock',
  summary: 'Runs a program while a lock is held. Its exit code is passed on. QRX_TOKEN has the fencing token.',
  usage: '[STORE] PATH -- COMMAND',
  runsCommand: true,
  options: HOLDING,
  examples: [
    ['qrx lock zk://127.0.0.1:2181 /locks/backup -- ./backup.sh', 'one backup at a time, on all machines'],
    ['qrx lock /locks/backup --wait 0 -- ./backup.sh || echo busy', 'not at all if another one runs'],
    ['qrx lock /locks/deploy -- sh -c \'deploy --fence "$QRX_TOKEN"\'', 'with the fencing token'],
  ],
  run: (call) => holding(call, 'lock'),
};
