import { ExitCode } from '../command/report.js';
import type { Verb } from '../command/verb.js';

export const status: Verb = {
  name: 'status',
  summary: 'Shows the servers of a store. Each has its role, version and latency. Ends with 4 if one is unreachable.',
  usage: '[STORE]',
  options: {},
  operands: 'other',
  examples: [
    ['qrx status zk://h1,h2,h3', 'the answers of the servers of the URL to srvr'],
    ['qrx status etcd://h1', 'all members of the cluster'],
    ['qrx status --json | jq -r "select(.role == \\"leader\\").server"', 'the leader'],
  ],
  async run(call) {
    const { store } = call.place();
    const members = await call.first((await call.open(store)).status());
    await call.output.table(members);
    return members.some(({ role }) => role === 'unreachable') ? ExitCode.unreachable : ExitCode.done;
  },
};
