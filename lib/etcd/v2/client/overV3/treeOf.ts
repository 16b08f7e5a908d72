import type { CoordinationError } from '../../../../core/errors.js';
import type { KeyRange } from '../../../v3/client/keyValue.js';
import type { EtcdV2Node } from '../../protocol/answer.js';

/** A key of version 3. Where a directory is to be seen though it is empty, there is its key with a slash behind it. */
export interface Entry {
  readonly key: string;
  readonly value?: string | undefined;
  /** Why the value cannot be shown. */
  readonly error?: CoordinationError | undefined;
  readonly createRevision: number;
  readonly modRevision: number;
  /** Seconds that are left, where it has a lease. */
  readonly ttl?: number | undefined;
}

interface Branch {
  readonly children: Map<string, Branch>;
  own?: EtcdV2Node;
  /** The entry that makes the directory. */
  marker?: Entry;
}

/** The keys below a directory. */
export function below(directory: string): { readonly prefix: string } {
  return { prefix: directory === '/' ? '/' : `${directory}/` };
}

/** A range of a key, and of all below it if `recursive`. It has neighbours too, which {@link pathOf} tells. */
export function around(key: string, recursive: boolean): KeyRange {
  if (key === '/') return recursive ? { prefix: '/' } : { from: '/', to: '/\0' };
  return recursive ? { from: key, to: `${key}0` } : { from: key, to: `${key}/\0` };
}

/** The key of version 2 that a key of version 3 stands for; `undefined` for none. */
export function pathOf(key: string): string | undefined {
  const path = key.length > 1 && key.endsWith('/') ? key.slice(0, -1) : key;
  return path === '/' || /^(?:\/[^/]+)+$/.test(path) ? path : undefined;
}

/** Whether a key of version 3 stands for a directory. */
export function isMarker(key: string): boolean {
  return key.endsWith('/');
}

/** The node of one entry. */
export function nodeOf({ key, value, error, ttl, createRevision, modRevision }: Entry): EtcdV2Node {
  const dir = isMarker(key);
  return {
    ...{ key: pathOf(key) ?? key, dir },
    ...(!dir && value !== undefined && { value }),
    ...(!dir && error !== undefined && { error }),
    ...(ttl !== undefined && { ttl }),
    ...{ createdIndex: createRevision, modifiedIndex: modRevision },
  };
}

/**
 * The node of a key with all below it, in the order of keys. Directories are there because something is in them; their
 * indexes are those of the eldest. Hidden keys are left out.
 *
 * @param entries those of the key and below it
 * @param depth how many levels below it are shown
 */
export function treeOf(root: string, entries: Iterable<Entry>, depth = Infinity): EtcdV2Node | undefined {
  const top: Branch = { children: new Map() };
  for (const entry of entries) {
    const path = pathOf(entry.key);
    if (path === undefined) continue;
    const names = path.slice(root === '/' ? 1 : root.length + 1).split('/');
    const isRoot = path === root;
    if (!isRoot && names.some((name) => name.startsWith('_'))) continue;
    const branch = isRoot ? top : names.reduce(grown, top);
    if (isMarker(entry.key)) branch.marker = entry;
    else branch.own = nodeOf(entry);
  }
  return shown(root, top, depth);
}

/** A tree with the nodes of another one in the place of those that are equal. */
export function sharing(before: EtcdV2Node | undefined, after: EtcdV2Node | undefined): EtcdV2Node | undefined {
  if (before === undefined || after === undefined) return after;
  const known = new Map(before.nodes?.map((node) => [node.key, node]));
  const nodes = after.nodes?.map((node) => sharing(known.get(node.key), node)!);
  const isSame =
    before.dir === after.dir &&
    before.createdIndex === after.createdIndex &&
    before.modifiedIndex === after.modifiedIndex &&
    before.nodes?.length === nodes?.length &&
    (nodes ?? []).every((node, i) => node === before.nodes![i]);
  return isSame ? before : nodes === undefined ? after : { ...after, nodes };
}

function grown(branch: Branch, name: string): Branch {
  let child = branch.children.get(name);
  if (child === undefined) branch.children.set(name, (child = { children: new Map() }));
  return child;
}

function shown(key: string, { own, marker, children }: Branch, depth: number): EtcdV2Node | undefined {
  if (own !== undefined) return own;
  const nodes = [...children]
    .map(([name, child]) => shown(`${key === '/' ? '' : key}/${name}`, child, depth - 1)!)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  if (key !== '/' && marker === undefined && nodes.length === 0) return undefined;
  const eldest = nodes.reduce((least, { createdIndex }) => Math.min(least, createdIndex), Infinity);
  const createdIndex = key === '/' ? 0 : (marker?.createRevision ?? eldest);
  return {
    ...{ key, dir: true },
    ...(depth > 0 && nodes.length > 0 && { nodes }),
    ...{ createdIndex, modifiedIndex: createdIndex },
  };
}
