import { below } from '../command/paths.js';
import { ExitCode, missing } from '../command/report.js';
import type { Verb } from '../command/verb.js';

export const du: Verb = {
  name: 'du',
  summary: 'Counts the nodes and bytes below each name of a node. The largest comes first.',
  usage: '[STORE] [PATH]',
  options: {},
  examples: [
    ['qrx du zk://127.0.0.1:2181', 'which application has how much'],
    ['qrx du /app --json', 'as records'],
  ],
  async run(call) {
    const { store, path } = call.place();
    const sizes = new Map<string, { nodes: number; bytes: number }>();
    const { terminal } = call;
    let count = 0;
    for await (const node of call.each((await call.open(store)).walk(path, { values: true }))) {
      const name = below(node.path, path).split('/')[1] ?? '.';
      count++;
      if (!node.exists) continue;
      const size = sizes.get(name) ?? { nodes: 0, bytes: 0 };
      size.nodes++;
      size.bytes += node.value?.length ?? 0;
      sizes.set(name, size);
      terminal.progress(`${count} nodes  ${node.path}`);
    }
    terminal.progress('');
    if (count === 0) return missing(call, path);
    const rows = [...sizes]
      .map(([name, size]) => ({ ...size, name }))
      .sort((a, b) => b.bytes - a.bytes || b.nodes - a.nodes);
    await call.output.table(rows);
    return ExitCode.done;
  },
};
