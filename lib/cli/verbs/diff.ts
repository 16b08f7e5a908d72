import { equalBytes } from '../../bytes/equalBytes.js';
import type { Location } from '../command/location.js';
import { below, isReserved } from '../command/paths.js';
import { ExitCode } from '../command/report.js';
import { visible } from '../terminal/visible.js';
import type { Call, Verb } from '../command/verb.js';

const STYLES = { removed: 'red', added: 'green', changed: 'yellow' } as const;

export const diff: Verb = {
  name: 'diff',
  summary: 'Compares two trees, also of two stores. Names and values count. Ends with 1 if they differ.',
  usage: 'A B',
  options: {},
  examples: [
    ['qrx diff /app /backup', '< only in the first, > only in the second, ! another value'],
    ['qrx diff zk://h1/app etcd://h2/app && echo same', 'after a copy'],
  ],
  async run(call) {
    const [first, second] = call.places('A', 'B');
    const [a, b] = [await treeAt(call, first), await treeAt(call, second)];
    let differences = 0;
    for (const path of [...new Set([...a.keys(), ...b.keys()])].sort()) {
      const [left, right] = [a.get(path), b.get(path)];
      if (left !== undefined && right !== undefined && equalBytes(left, right)) continue;
      differences++;
      const kind = right === undefined ? 'removed' : left === undefined ? 'added' : 'changed';
      const mark = { removed: '<', added: '>', changed: '!' }[kind];
      await call.output.result(call.output.paint(STYLES[kind], `${mark} ${visible(path || '/')}`), { kind, path });
    }
    return differences > 0 ? ExitCode.no : ExitCode.done;
  },
};

/** The values of a tree by their paths below its top. */
async function treeAt(call: Call, { store, path }: Location): Promise<ReadonlyMap<string, Uint8Array>> {
  const values = new Map<string, Uint8Array>();
  for await (const node of call.each((await call.open(store)).walk(path, { values: true }))) {
    const name = below(node.path, path);
    if (node.exists && !isReserved(node.path)) values.set(name, node.value ?? new Uint8Array(0));
  }
  return values;
}
