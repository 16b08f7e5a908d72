import { UsageError } from '../../core/errors.js';
import { FILE, valueOf } from '../command/valueOf.js';
import { ExitCode } from '../command/report.js';
import type { Call, Verb } from '../command/verb.js';
import type { TreeStore } from '../stores/treeStore.js';
import { visible } from '../terminal/visible.js';

export const create: Verb = {
  name: 'create',
  summary: 'Creates a node, and prints its path.',
  usage: '[STORE] PATH [VALUE]',
  options: {
    file: FILE,
    parents: { short: 'p', about: 'creates the nodes above it too' },
    mode: {
      value: 'MODE',
      short: 'm',
      about:
        'ZooKeeper: persistent (default), persistentSequential, ephemeral, ephemeralSequential, container, ' +
        'persistentWithTtl, persistentSequentialWithTtl. An ephemeral node is there until Ctrl-C',
    },
    ttl: { value: 'MS', about: 'how long it lives without a change; in etcd, how long it lives' },
  },
  examples: [
    ['qrx create zk://127.0.0.1:2181 /app/config red -p', 'a node with a value, and the nodes above it'],
    ['qrx create /app/job- --mode persistentSequential', 'prints the path with its number'],
    ['qrx create /app/token abc --ttl 60000', 'goes after a minute without a change'],
    ['qrx create /workers/me --mode ephemeral', 'is there until Ctrl-C'],
  ],
  async run(call) {
    const { store, path, rest } = call.placeAndRest();
    if (path === '/') throw new UsageError('PATH', 'is missing');
    const value =
      rest.length > 0 || call.value('file') !== undefined ? await valueOf(call, rest, `PATH ${path}`) : null;
    const mode = call.value('mode');
    const options = { mode, parents: call.flag('parents'), ttl: call.number('ttl') };
    const isEphemeral = mode?.startsWith('ephemeral') === true;
    const opened = await call.open(store, isEphemeral);
    const made = await call.first(opened.create(path, value, options));
    await call.output.result(visible(made), { path: made });
    return isEphemeral ? keep(call, opened, made) : ExitCode.done;
  },
};

/** Waits until the user ends the command, or until the node is gone. */
async function keep(call: Call, store: TreeStore, path: string): Promise<number> {
  call.terminal.note('qrx create: the node is there until Ctrl-C');
  for await (const { node, stale } of call.follow(store.watch(path))) {
    if (node !== undefined || stale) continue;
    call.terminal.note(`qrx create: ${visible(path)} is gone: it was deleted, or the session is over`);
    return ExitCode.lost;
  }
  return ExitCode.done;
}
