import { createHash } from 'node:crypto';
import type { Location } from '../command/location.js';
import { below, isReserved } from '../command/paths.js';
import { sideBySide } from '../command/sideBySide.js';
import { ExitCode } from '../command/report.js';
import { visible } from '../terminal/visible.js';
import type { Call, Verb } from '../command/verb.js';

const STYLES = { removed: 'red', added: 'green', changed: 'yellow' } as const;
const MARKS = { removed: '<', added: '>', changed: '!' } as const;

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
    const [a, b] = call.places('A', 'B');
    const pairs = sideBySide(sumsOf(call, a), sumsOf(call, b));
    let [nodes, differences] = [0, 0];
    for await (const { path, first, second } of pairs) {
      call.terminal.progress(`${++nodes} nodes  ${path}`);
      if (first?.sum === second?.sum) continue;
      differences++;
      const kind = first === undefined ? 'added' : second === undefined ? 'removed' : 'changed';
      const text = call.output.paint(STYLES[kind], `${MARKS[kind]} ${visible(path || '/')}`);
      await call.output.result(text, { kind, path });
    }
    call.terminal.progress('');
    return differences > 0 ? ExitCode.no : ExitCode.done;
  },
};

/** The paths of a tree, below its top, with a checksum of each value. */
async function* sumsOf(call: Call, { store, path }: Location) {
  for await (const node of call.each((await call.open(store)).walk(path, { values: true }))) {
    if (!node.exists || isReserved(node.path)) continue;
    const sum = createHash('sha256').update(node.value ?? new Uint8Array(0));
    yield { path: below(node.path, path), sum: sum.digest().toString('latin1') };
  }
}
