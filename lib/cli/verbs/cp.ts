import { UsageError } from '../../core/errors.js';
import { below, under } from '../command/paths.js';
import { ExitCode, missing } from '../command/report.js';
import type { Call, Verb } from '../command/verb.js';
import { type Arrival, WRITING, writeNodes } from '../command/writeNodes.js';
import type { TreeStore } from '../stores/treeStore.js';
import { withRights } from '../stores/withRights.js';

export const cp: Verb = {
  name: 'cp',
  summary: 'Copies a node and all below it, also to another store. Nodes that have the same value are left alone.',
  usage: 'FROM TO',
  options: WRITING,
  examples: [
    ['qrx cp /app /backup', 'in the store of QRX_URL'],
    ['qrx cp zk://h1/app etcd://h2/app', 'from ZooKeeper to etcd; once more, it goes on where it broke off'],
    ['qrx cp zk://h1/app zk://h2/app --dry-run --json', 'the list of what it would do'],
  ],
  async run(call) {
    const [source, target] = call.places('FROM', 'TO');
    if (source.store.url === target.store.url && isAtOrBelow(target.path, source.path))
      throw new UsageError('TO', 'must not be at or below FROM');
    const [reading, writing] = [await call.open(source.store), await call.open(target.store)];
    if ((await call.first(reading.get(source.path))) === undefined) return missing(call, source.path);
    await writeNodes(call, writing, copies(call, reading, source.path, target.path));
    return ExitCode.done;
  },
};

async function* copies(call: Call, store: TreeStore, from: string, to: string): AsyncIterable<Arrival> {
  for await (const { node, acl } of call.each(withRights(store, store.walk(from, { values: true })))) {
    if (!node.exists) continue;
    const isEphemeral = 'ephemeralOwner' in node.facts;
    yield { path: under(to, below(node.path, from)), value: isEphemeral ? undefined : node.value, acl };
  }
}

function isAtOrBelow(path: string, top: string): boolean {
  return path === top || path.startsWith(top === '/' ? top : `${top}/`);
}
