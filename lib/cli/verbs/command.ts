import { UsageError } from '../../core/errors.js';
import { ExitCode } from '../command/report.js';
import { isStore } from '../command/location.js';
import type { Verb } from '../command/verb.js';
import { isNotAllowed } from '../stores/zooKeeperQuestion.js';
import { visible } from '../terminal/visible.js';

export const command: Verb = {
  name: 'command',
  summary: 'Asks a ZooKeeper server a four-letter word. It is the server that the session is at.',
  usage: '[STORE] WORD',
  options: {},
  operands: 'other',
  examples: [
    ['qrx command zk://127.0.0.1:2181 srvr', 'version, role and latency'],
    ['qrx command mntr', 'figures; servers answer only the words that they allow'],
  ],
  async run(call) {
    const [word, ...others] = call.args.filter((it) => !isStore(it));
    if (word === undefined || others.length > 0) throw new UsageError('WORD', 'must be one word, such as srvr');
    const { store } = call.placeAndRest();
    const { command: ask } = await call.open(store);
    if (ask === undefined) throw new UsageError('store', 'must be ZooKeeper: others have no four-letter words');
    const answer = (await call.first(ask(word))).trimEnd();
    if (isNotAllowed(answer)) {
      const next = `4lw.commands.whitelist=${word} in the configuration of the server, or qrx status --figures`;
      call.terminal.note(visible(`qrx command: the server does not allow ${word}. Try: ${next}`));
      return ExitCode.refused;
    }
    await call.output.result(answer, { word, answer });
    return ExitCode.done;
  },
};
