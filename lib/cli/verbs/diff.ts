import { createHash } from 'node:crypto';
import type { Location } from '../command/location.js';
import { below, isReserved } from '../command/paths.js';
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
    const [first, second] = call.places('A', 'B');
    const differences = await differencesOf(call, first, second);
    for (const path of [...differences.keys()].sort()) {
      const kind = differences.get(path)!;
      const text = call.output.paint(STYLES[kind], `${MARKS[kind]} ${visible(path || '/')}`);
      await call.output.result(text, { kind, path });
    }
    return differences.size > 0 ? ExitCode.no : ExitCode.done;
  },
};

/** Keeps a path and a checksum for each node of the first tree, and no values. */
async function differencesOf(call: Call, first: Location, second: Location) {
  const sums = new Map<string, string>();
  for await (const { name, sum } of sumsOf(call, first)) sums.set(name, sum);
  const differences = new Map<string, keyof typeof MARKS>();
  for await (const { name, sum } of sumsOf(call, second)) {
    const other = sums.get(name);
    if (other !== sum) differences.set(name, other === undefined ? 'added' : 'changed');
    sums.delete(name);
  }
  for (const name of sums.keys()) differences.set(name, 'removed');
  return differences;
}

async function* sumsOf(call: Call, { store, path }: Location) {
  let count = 0;
  for await (const node of call.each((await call.open(store)).walk(path, { values: true }))) {
    call.terminal.progress(`${++count} nodes  ${node.path}`);
    if (!node.exists || isReserved(node.path)) continue;
    const sum = createHash('sha256').update(node.value ?? new Uint8Array(0));
    yield { name: below(node.path, path), sum: sum.digest().toString('latin1') };
  }
  call.terminal.progress('');
}
