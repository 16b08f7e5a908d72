/**
 * A whole tree, followed: what changes in it as lines of JSON, for another program to read, however slow that is; and
 * the tree itself, whose unchanged parts keep their identity.
 * Try: thousands of nodes, and a `filter`.
 */
import { type Tree, open, utf8 } from 'quorum-rx';
import { toAsyncIterable } from 'quorum-rx/operators';
import { firstValueFrom } from 'rxjs';

const SERVERS = process.env.QUORUM_SERVERS ?? '127.0.0.1:2181';
const ROOT = `/examples/live-tree-${process.pid}`;

const zk = await open(SERVERS);
for (const path of ['/north/oslo', '/north/turku', '/south/rome'])
  await firstValueFrom(zk.create(ROOT + path, 'up', { codec: utf8, parents: true }));

const tree$ = zk.watchTree(ROOT, { codec: utf8 });
const trees: Tree<string>[] = [];
const watching = tree$.subscribe((now) => trees.push(now));

for await (const change of toAsyncIterable(tree$.changes$)) {
  if (change.kind === 'synced') {
    console.log(JSON.stringify({ kind: 'synced', nodes: change.tree.size }));
    await firstValueFrom(zk.set(`${ROOT}/north/turku`, 'down', { codec: utf8 }));
    continue;
  }
  const value = change.kind === 'removed' ? undefined : change.node.value;
  console.log(JSON.stringify({ kind: change.kind, path: change.path.slice(ROOT.length), value }));
  if (change.kind === 'changed') break;
}
watching.unsubscribe();

const [before, after] = [trees[0]?.root, trees.at(-1)?.root];
if (after?.children.get('north')?.children.get('turku')?.value !== 'down')
  throw new Error('the tree should have changed');
if (after.children.get('south') !== before?.children.get('south'))
  throw new Error('what has not changed should be the same object');
console.log('the south is the same object as before');

await firstValueFrom(zk.delete(ROOT, { recursive: true }));
await zk.close();
console.log('done');
