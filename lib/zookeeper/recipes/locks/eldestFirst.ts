import { type Observable, forkJoin, map, of } from 'rxjs';
import type { ZooKeeper } from '../../client/zooKeeper.js';

/** Something that the server has numbered. */
interface Numbered {
  readonly name: string;
  readonly path: string;
  readonly sequence: number;
}

/**
 * From here on a server does not count any more: it hands out this number again, and negative ones while it is busy.
 */
const LAST = 2 ** 31 - 1;
/** `%010d` in Java: ten wide with its sign. */
const DIGITS = /^(?:\d{10}|-\d{9,10})$/;

/** The number that these digits are, as a server appends them; `undefined` for anything else. */
export function sequenceIn(digits: string): number | undefined {
  const value = DIGITS.test(digits) ? Number(digits) : NaN;
  return (value | 0) === value ? value : undefined; // a server counts in 32 bits
}

/** The order of numbers: after the last positive one come the negative ones, as 32 bits count. */
export function bySequence(a: Pick<Numbered, 'name' | 'sequence'>, b: Pick<Numbered, 'name' | 'sequence'>): number {
  return (a.sequence >>> 0) - (b.sequence >>> 0) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/** The order of creation. Numbers decide only within one transaction. */
export function byCreation(a: Numbered & { readonly czxid: bigint }, b: Numbered & { readonly czxid: bigint }): number {
  return a.czxid < b.czxid ? -1 : a.czxid > b.czxid ? 1 : bySequence(a, b);
}

/**
 * Nodes of one parent, the oldest first.
 *
 * Their numbers say so until the parent has numbered 2^31 nodes. From then on the server gives the last number to
 * everybody, or begins again with negative numbers: then the transactions that created the nodes say it. Emits once.
 */
export function eldestFirst<T extends Numbered>(
  zk: Pick<ZooKeeper, 'exists'>,
  nodes: readonly T[]
): Observable<readonly T[]> {
  if (nodes.length < 2 || nodes.every(({ sequence }) => sequence >= 0 && sequence < LAST))
    return of([...nodes].sort(bySequence));
  const dated$ = nodes.map((node) =>
    zk.exists(node.path).pipe(map((stat) => (stat === null ? [] : [{ ...node, czxid: stat.czxid }])))
  );
  return forkJoin(dated$).pipe(map((found) => found.flat().sort(byCreation)));
}
