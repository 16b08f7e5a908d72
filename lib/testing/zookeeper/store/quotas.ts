import { Code, refuse } from '../refusal.js';
import type { DataTree } from './dataTree.js';
import type { Znode } from './znode.js';

const QUOTAS = '/zookeeper/quota';
const LIMITS = 'zookeeper_limits';
const STATS = 'zookeeper_stats';

/** Counts of nodes and bytes, as quota nodes hold them: `count=5,bytes=100=;byteHardLimit=200`. */
type Track = ReadonlyMap<string, number>;
/** Steps that take changes back, the last one first. */
type Undo = (() => void)[];
type Data = Uint8Array | null;

/**
 * Quotas: how many nodes and bytes a subtree has, and may have. The clients that set limits keep them below
 * `/zookeeper/quota`; this class keeps the counts beside them.
 */
export class Quotas {
  readonly #tree: DataTree;
  readonly #enforced: boolean;
  /** Subtrees that have limits. */
  readonly #limited = new Set<string>();
  /**
   * The data of quota nodes before the transaction under way, as far as it has changed them; `undefined` for no node.
   */
  readonly #before = new Map<string, Data | undefined>();

  /** @param enforced whether hard limits are refused to be passed (`enforceQuota`, from 3.7 on) */
  constructor(tree: DataTree, enforced: boolean) {
    this.#tree = tree;
    this.#enforced = enforced;
    for (const path of tree.nodes.keys()) this.#notice(path, []);
  }

  /** A transaction begins. */
  begin(): void {
    this.#before.clear();
  }

  /** Refuses a change that would pass a hard limit, by the counts from before the transaction, as real servers do. */
  check(path: string, bytes: number, nodes: number): void {
    const root = this.#enforced ? this.#rootOf(path, (at) => this.#wasLimited(at)) : undefined;
    if (root === undefined) return;
    const limits = track(this.#was(limitsOf(root)));
    const now = track(this.#was(statsOf(root)));
    const passes = (added: number, of: string, limit: string) => {
      const most = limits.get(limit) ?? -1;
      return added !== 0 && most > -1 && (now.get(of) ?? -1) + added > most;
    };
    if (passes(nodes, 'count', 'countHardLimit') || passes(bytes, 'bytes', 'byteHardLimit')) refuse(Code.quotaExceeded);
  }

  /** A node has come. */
  created(path: string, node: Znode, undo: Undo): void {
    this.#remember(path, undefined);
    const { size } = node; // which a recount may change
    this.#notice(path, undo);
    if (path.startsWith(QUOTAS) && path.endsWith(`/${STATS}`)) this.#recount(rootIn(path, STATS), undo);
    this.#count(path, size, 1, undo);
  }

  deleted(path: string, { data, size }: Znode, undo: Undo): void {
    this.#remember(path, data);
    const root = path.startsWith(QUOTAS) && path.endsWith(`/${LIMITS}`) ? rootIn(path, LIMITS) : undefined;
    if (root !== undefined && this.#limited.delete(root)) undo.push(() => this.#limited.add(root));
    this.#count(path, -size, -1, undo);
  }

  /** A node has got new data, and so many bytes more. */
  changed(path: string, old: Data, added: number, undo: Undo): void {
    this.#remember(path, old);
    this.#count(path, added, 0, undo);
  }

  #count(path: string, bytes: number, nodes: number, undo: Undo): void {
    const root = this.#rootOf(path, (at) => this.#limited.has(at));
    if (root === undefined) return;
    const now = track(this.#tree.get(statsOf(root))?.data);
    this.#write(
      root,
      new Map([...now, ['count', (now.get('count') ?? -1) + nodes], ['bytes', (now.get('bytes') ?? -1) + bytes]]),
      undo
    );
  }

  #notice(path: string, undo: Undo): void {
    if (!path.startsWith(QUOTAS) || !path.endsWith(`/${LIMITS}`)) return;
    const root = rootIn(path, LIMITS);
    this.#limited.add(root);
    undo.push(() => this.#limited.delete(root));
  }

  /** The limited subtree that a node is in: the lowest. */
  #rootOf(path: string, isLimited: (path: string) => boolean): string | undefined {
    if (this.#limited.size + this.#before.size === 0) return undefined;
    for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) if (isLimited(at)) return at;
    return undefined;
  }

  #wasLimited(root: string): boolean {
    const limits = limitsOf(root);
    return this.#before.has(limits) ? this.#before.get(limits) !== undefined : this.#limited.has(root);
  }

  #was(path: string): Data | undefined {
    return this.#before.has(path) ? this.#before.get(path) : this.#tree.get(path)?.data;
  }

  #remember(path: string, data: Data | undefined): void {
    if (this.#enforced && path.startsWith(QUOTAS) && !this.#before.has(path)) this.#before.set(path, data);
  }

  #recount(root: string, undo: Undo): void {
    const sum = (path: string): [number, number] => {
      const node = this.#tree.get(path);
      if (node === undefined) return [0, 0];
      const below = [...(node.children ?? [])].map((name) => sum(`${path}/${name}`));
      return below.reduce(([nodes, bytes], [n, b]) => [nodes + n, bytes + b], [1, node.size]);
    };
    const [count, bytes] = sum(root);
    this.#write(
      root,
      new Map([
        ['count', count],
        ['bytes', bytes],
      ]),
      undo
    );
  }

  #write(root: string, now: Track, undo: Undo): void {
    const path = statsOf(root);
    const node = this.#tree.get(path);
    if (node === undefined) return;
    const { data } = node;
    this.#remember(path, data);
    undo.push(() => void (node.data = data));
    const rest = [...now]
      .filter(([key]) => key !== 'count' && key !== 'bytes')
      .sort()
      .map(([key, value]) => `;${key}=${value}`);
    node.data = Buffer.from(
      `count=${now.get('count') ?? -1},bytes=${now.get('bytes') ?? -1}${rest.length > 0 ? '=' : ''}${rest.join('')}`
    );
  }
}

const limitsOf = (root: string) => `${QUOTAS}${root}/${LIMITS}`;
const statsOf = (root: string) => `${QUOTAS}${root}/${STATS}`;
const rootIn = (path: string, last: string) => path.slice(QUOTAS.length, -last.length - 1);

function track(data: Data | undefined): Track {
  const text = Buffer.from(data ?? []).toString();
  const pairs = text.split(/[,;]+/).map((pair) => pair.split('='));
  return new Map(pairs.filter(([key]) => key).map(([key, value]) => [key!, Number(value || -1)]));
}
