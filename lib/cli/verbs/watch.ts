import { UsageError } from '../../core/errors.js';
import { Changes } from '../command/changes.js';
import { ExitCode } from '../command/report.js';
import type { Call, Verb } from '../command/verb.js';
import type { TreeStore } from '../stores/treeStore.js';
import { textOrder } from '../stores/textOrder.js';
import { visible } from '../terminal/visible.js';

export const watch: Verb = {
  name: 'watch',
  summary: 'Follows a node, the names below it, or a whole tree. It goes on over restarts of the store, until Ctrl-C.',
  usage: '[STORE] [PATH]',
  options: {
    children: { short: 'c', about: 'the names right below the node' },
    tree: { short: 't', about: 'the node and all below it' },
  },
  examples: [
    ['qrx watch zk://127.0.0.1:2181 /app/config', 'the value now, and after every change'],
    ['qrx watch --children /app/workers', 'names that come (+) and go (-)'],
    ['qrx watch --tree /app --json', 'every change below /app, as records'],
  ],
  async run(call) {
    const { store, path } = call.place();
    if (call.flag('tree') && call.flag('children')) throw new UsageError('--tree', 'does not go with --children');
    const opened = await call.open(store);
    const changes = new Changes(call);
    if (call.flag('tree')) await watchTree(call, changes, opened, path);
    else if (call.flag('children')) await watchNames(call, changes, opened, path);
    else await watchNode(call, changes, opened, path);
    return ExitCode.done;
  },
};

/** Characters in front of a value: the time of day and two spaces. */
const TIME = 10;

async function watchNode(call: Call, changes: Changes, store: TreeStore, path: string): Promise<void> {
  const { output } = call;
  let last: string | undefined;
  for await (const { node, ...freshness } of call.follow(store.watch(path))) {
    const record = output.node(node ?? { path });
    const isEmpty = node?.value === null || node?.value?.length === 0;
    const nothing = node === undefined ? '(no such node)' : isEmpty ? '(no value)' : undefined;
    const text = nothing === undefined ? output.brief(node?.value, TIME) : output.paint('dim', nothing);
    const isNews = last !== (last = JSON.stringify(record));
    await changes.freshness(freshness);
    if (isNews) await changes.line(text, { kind: node === undefined ? 'absent' : 'present', ...record });
  }
}

async function watchNames(call: Call, changes: Changes, store: TreeStore, path: string): Promise<void> {
  const { output, terminal } = call;
  let last: readonly string[] | undefined;
  for await (const { names, ...freshness } of call.follow(store.watchNames(path))) {
    await changes.freshness(freshness);
    const sorted = [...(names ?? [])].sort(textOrder);
    const [old, now] = [new Set(last), new Set(sorted)];
    for (const name of old) if (!now.has(name)) await changes.change('removed', output.name(name), '', { name });
    for (const name of sorted) if (!old.has(name)) await changes.change('added', output.name(name), '', { name });
    const found = names === undefined ? 'no such node, or it may not be read' : `${sorted.length} names`;
    if (last === undefined) terminal.note(`qrx watch: ${found}; waiting for changes`);
    last = sorted;
  }
}

async function watchTree(call: Call, changes: Changes, store: TreeStore, path: string): Promise<void> {
  const { output, terminal } = call;
  let known: number | undefined = 0; // nodes of the beginning, until all are there
  for await (const news of call.follow(store.watchTree(path))) {
    if (news.kind === 'stale') await changes.freshness({ stale: true, cause: news.cause });
    else if (news.kind === 'synced') {
      if (known !== undefined) terminal.note(`qrx watch: ${known} nodes; waiting for changes`);
      known = undefined;
      await changes.freshness({ stale: false, cause: undefined });
    } else if (known !== undefined) known++;
    else {
      const name = visible(news.path);
      const value = news.kind === 'removed' ? '' : output.brief(news.node.value, TIME + name.length + 4);
      const record = output.node(news.kind === 'removed' ? { path: news.path } : news.node);
      await changes.change(news.kind, name, value, record);
    }
  }
}
