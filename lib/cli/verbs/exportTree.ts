import { below } from '../command/paths.js';
import { ExitCode, missing } from '../command/report.js';
import type { Verb } from '../command/verb.js';
import { withRights } from '../stores/withRights.js';

export const exportTree: Verb = {
  name: 'export',
  summary: 'Prints a tree as NDJSON. A node is a record, with its value, its rights and all that the store knows.',
  usage: '[STORE] [PATH]',
  options: {
    after: { value: 'PATH', about: 'begins after this path, for an export that broke off: that of its last record' },
  },
  examples: [
    ['qrx export zk://127.0.0.1:2181/app > app.ndjson', 'a backup'],
    ['qrx export /app --after /jobs/7 >> app.ndjson', 'the rest of a backup that broke off after /jobs/7'],
    ['qrx export /app | qrx import etcd://h2 /app', 'another way to copy'],
  ],
  async run(call) {
    const { terminal, output } = call;
    const { store, path } = call.place();
    const opened = await call.open(store);
    const after = call.value('after');
    let isDue = after === undefined;
    let count = 0;
    for await (const { node, acl } of call.each(withRights(opened, opened.walk(path, { values: true })))) {
      const name = below(node.path, path);
      if (!isDue) isDue = name === after;
      else if (node.exists) {
        await terminal.print(JSON.stringify({ ...output.node(node), path: name, ...(acl !== undefined && { acl }) }));
        terminal.progress(`${++count} nodes  ${node.path}`);
      }
    }
    terminal.progress('');
    if (!isDue) return missing(call, `${after} below ${path}`);
    return count === 0 && after === undefined ? missing(call, path) : ExitCode.done;
  },
};
