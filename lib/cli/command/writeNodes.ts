import { AsyncSubject, type Observable, concatMap, from, map, mergeMap, of, share } from 'rxjs';
import { UsageError } from '../../core/errors.js';
import { type NewNode, type PutOptions, type PutResult, putNode } from '../stores/putNode.js';
import type { TreeStore } from '../stores/treeStore.js';
import { visible } from '../terminal/visible.js';
import { above, isReserved } from './paths.js';
import type { OptionOfVerb } from './optionOfVerb.js';
import type { Call } from './verb.js';

/** The options of verbs that write many nodes. */
export const WRITING: Readonly<Record<string, OptionOfVerb>> = {
  keep: { short: 'k', about: 'leaves nodes that are there, whatever their values are' },
  'no-acl': { about: 'ZooKeeper: without the rights; anyone may do anything with new nodes' },
  'dry-run': { short: 'n', about: 'changes nothing, and says what it would do' },
};

/** A node that is to be written. It is skipped if its value is `undefined`. */
export type Arrival = Omit<NewNode, 'value'> & { readonly value: Uint8Array | null | undefined };

/** Nodes that are written at the same time. */
const WIDTH = 64;
/** Nodes that are read before they are written. */
const BATCH = 256;

/** Writes nodes, parents before children, and prints how many. */
export async function writeNodes(call: Call, store: TreeStore, arrivals: AsyncIterable<Arrival>): Promise<void> {
  const counts: Record<PutResult | 'skipped', number> = { created: 0, replaced: 0, same: 0, kept: 0, skipped: 0 };
  const options = { keep: call.flag('keep'), dryRun: call.flag('dry-run') };
  const text = () =>
    Object.entries(counts)
      .filter(([name, count]) => count > 0 || name === 'created')
      .map(([name, count]) => `${count} ${name}`)
      .join(', ');
  const add = async (kind: keyof typeof counts, path: string) => {
    counts[kind]++;
    call.terminal.progress(`${text()}  ${path}`);
    if (call.output.isJson) await call.output.result('', { kind, path });
  };
  for await (const batch of batches(arrivals)) {
    const nodes: NewNode[] = [];
    for (const node of batch) {
      if (node.value === undefined || node.path === '/' || isReserved(node.path)) await add('skipped', node.path);
      else nodes.push({ path: node.path, value: node.value, ...rightsOf(call, store, node) });
    }
    for await (const { kind, path } of call.each(writeBatch(store, nodes, options))) await add(kind, path);
  }
  call.terminal.progress('');
  await call.output.result(text(), { kind: 'done', ...counts });
}

async function* batches(arrivals: AsyncIterable<Arrival>): AsyncIterable<readonly Arrival[]> {
  const batch: Arrival[] = [];
  for await (const arrival of arrivals) if (batch.push(arrival) === BATCH) yield batch.splice(0);
  yield batch;
}

/** The rights of a new node. Servers hide the hash of a password from clients without the right `a`. */
function rightsOf(call: Call, store: TreeStore, { path, acl }: Arrival) {
  if (acl === undefined || store.acl === undefined || call.flag('no-acl')) return {};
  if (acl.some(({ scheme, id }) => scheme === 'digest' && id.endsWith(':x')))
    throw new UsageError('--no-acl', `is needed: the rights of ${visible(path)} have a hidden password`);
  return { acl };
}

/** Writes nodes side by side. A node waits for its parent, which would else be created without its rights. */
function writeBatch(store: TreeStore, nodes: readonly NewNode[], options: PutOptions) {
  const underWay = new Map<string, Observable<unknown>>();
  return from(nodes).pipe(
    mergeMap((node) => {
      const parent$ = underWay.get(above(node.path)) ?? of(undefined);
      const put$ = parent$.pipe(
        concatMap(() => putNode(store, node, options)),
        share({ connector: () => new AsyncSubject<PutResult>(), resetOnComplete: false, resetOnRefCountZero: false })
      );
      underWay.set(node.path, put$);
      return put$.pipe(map((kind) => ({ kind, path: node.path })));
    }, WIDTH)
  );
}
