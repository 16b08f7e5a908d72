import { ExitCode, missing } from '../command/report.js';
import type { Verb } from '../command/verb.js';

export const stat: Verb = {
  name: 'stat',
  summary: 'Prints all that the store knows of a node, without its value.',
  usage: '[STORE] [PATH]',
  options: {},
  examples: [
    ['qrx stat zk://127.0.0.1:2181/app/config', 'times, versions, sizes, owner'],
    ['qrx stat /app/config --json | jq .version', 'the version, for qrx set --version'],
  ],
  async run(call) {
    const { store, path } = call.place();
    const node = await call.first((await call.open(store)).get(path));
    if (node === undefined) return missing(call, path);
    await call.output.record({ path: node.path, ...node.facts });
    return ExitCode.done;
  },
};
