import { UsageError } from '../../core/errors.js';
import { ExitCode } from '../command/report.js';
import type { Verb } from '../command/verb.js';
import { ADMIN_PORT } from '../stores/adminServer.js';

export const status: Verb = {
  name: 'status',
  summary: 'Shows the servers of a store. Each has its role, version and latency. Ends with 4 if one is unreachable.',
  usage: '[STORE]',
  options: {
    sessions: { short: 's', about: 'the sessions of ZooKeeper, or the leases of etcd' },
    figures: { short: 'f', about: 'all figures that each server tells' },
    'admin-port': {
      value: 'N',
      about: 'ZooKeeper: the port of the AdminServers, which are asked where a word is not allowed; default 8080',
    },
  },
  operands: 'other',
  examples: [
    ['qrx status zk://h1,h2,h3', 'the answers of the servers of the URL to srvr'],
    ['qrx status etcd://h1', 'all members of the cluster'],
    ['qrx status --sessions', 'who is connected, since when, and how fast the answers are'],
    ['qrx status --figures | grep watch', 'how many watches each server has'],
    ['qrx status --json | jq -r "select(.role == \\"leader\\").server"', 'the leader'],
  ],
  async run(call) {
    const { store } = call.place();
    const adminPort = call.number('admin-port') ?? ADMIN_PORT;
    const [sessions, figures] = [call.flag('sessions'), call.flag('figures')];
    if (sessions && figures) throw new UsageError('--sessions', 'and --figures: take one of them');
    const opened = await call.open(store);
    if (sessions) {
      if (opened.sessions === undefined) throw new UsageError('--sessions', 'is not for Arakoon, which has none');
      await call.output.table(await call.first(opened.sessions(adminPort)));
      return ExitCode.done;
    }
    if (figures) {
      await call.output.table(await call.first(opened.figures(adminPort)));
      return ExitCode.done;
    }
    const members = await call.first(opened.status(adminPort));
    await call.output.table(members);
    return members.some(({ role }) => role === 'unreachable') ? ExitCode.unreachable : ExitCode.done;
  },
};
