import { ExitCode, missing } from '../command/report.js';
import type { Verb } from '../command/verb.js';

export const ls: Verb = {
  name: 'ls',
  summary: 'Lists the names right below a node.',
  usage: '[STORE] [PATH]',
  options: {},
  examples: [
    ['qrx ls zk://127.0.0.1:2181', 'the names below the root'],
    ['QRX_URL=etcd://127.0.0.1 qrx ls /services', 'the same of etcd, where the slashes in keys make a tree'],
    ['qrx ls etcd://127.0.0.1//', 'the place / of etcd: keys that begin with a slash themselves'],
    ['qrx ls zk://127.0.0.1/app --json', 'one record for each name'],
  ],
  async run(call) {
    const { store, path } = call.place();
    const names = await call.first((await call.open(store)).list(path));
    if (names === undefined) return missing(call, path);
    for (const name of names) await call.output.result(call.output.name(name), { name });
    return ExitCode.done;
  },
};
