import { lastName } from '../command/paths.js';
import { ExitCode, missing } from '../command/report.js';
import { columnsOf } from '../terminal/clipped.js';
import type { Verb } from '../command/verb.js';

export const tree: Verb = {
  name: 'tree',
  summary: 'Prints a node and all nodes below it.',
  usage: '[STORE] [PATH]',
  options: {
    depth: { value: 'N', short: 'd', about: 'how many levels below the path' },
    values: { short: 'v', about: 'with the beginning of each value' },
  },
  examples: [
    ['qrx tree zk://127.0.0.1:2181/app', 'all names'],
    ['qrx tree -v --depth 2', 'with values, two levels'],
    ['qrx tree --json | wc -l', 'one record for each node'],
  ],
  async run(call) {
    const { output } = call;
    const { store, path } = call.place();
    const [depth, values] = [call.number('depth'), call.flag('values')];
    const base = levelOf(path);
    let [count, above] = [0, -1];
    for await (const node of call.each((await call.open(store)).walk(path, { values, depth }))) {
      count++;
      const level = levelOf(node.path) - base;
      // the path of the empty name below the root is that of the root
      if (level > above + 1 && !output.isJson) await call.terminal.print(`  ${output.name('')}`);
      above = level;
      const name = '  '.repeat(level) + output.name(level === 0 ? node.path : lastName(node.path));
      const brief = values ? output.brief(node.value, columnsOf(name) + 2) : '';
      const value = brief === '' ? '' : `  ${brief}`;
      await output.result(
        name + (value && output.paint('dim', value)),
        output.node(values ? node : { ...node, value: undefined })
      );
    }
    return count === 0 ? missing(call, path) : ExitCode.done;
  },
};

/** How many names a path has. */
function levelOf(path: string): number {
  return path === '/' ? 0 : path.split('/').length - 1;
}
