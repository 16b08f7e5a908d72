import { type Observable, catchError, concatMap, firstValueFrom, map, of, throwError } from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import type { Stat, ZooKeeper } from '../../zookeeper/index.js';
import { textOrder } from './textOrder.js';
import type { WalkOptions } from './treeStore.js';

/** Nodes of one parent that are read ahead. */
const AHEAD = 64;
/** Nodes that are read ahead in all. Every level of a tree may have some. */
const MOST_AHEAD = 256;

/** A node, as it was read. */
export interface ReadNode {
  readonly path: string;
  /** `undefined` where it may not be read. */
  readonly value: Uint8Array | null | undefined;
  readonly stat: Stat;
}

/** A node with the names below it. */
interface Found {
  readonly node: ReadNode;
  readonly names: readonly string[];
}

/** The nodes of one parent, of which some are read already. */
interface Level {
  readonly prefix: string;
  readonly names: readonly string[];
  next: number;
  readonly underWay: Promise<Found | undefined>[];
}

/**
 * Reads a node and all below it, parents before children, siblings in order. It reads no further ahead than a bounded
 * number of nodes, so that a large tree needs little memory. A node that changes meanwhile is as it was when read.
 */
export async function* zooKeeperWalk(
  zk: ZooKeeper,
  path: string,
  { values, depth = Infinity }: WalkOptions
): AsyncIterable<ReadNode> {
  const read = (at: string) => {
    const found = firstValueFrom(found$(zk, at, values, levels.length <= depth), { defaultValue: undefined });
    found.catch(() => undefined); // it is looked at in its turn, or never
    return found;
  };
  const levels: Level[] = [{ prefix: '', names: [path], next: 0, underWay: [] }];
  let ahead = 0;
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const { prefix, names, underWay } = level;
    const room = ahead < MOST_AHEAD ? AHEAD : 1;
    if (underWay.length <= room / 2)
      // many at a time: they travel together
      while (level.next < names.length && underWay.length < room) {
        underWay.push(read(prefix + names[level.next++]!));
        ahead++;
      }
    const first = underWay.shift();
    if (first === undefined) {
      levels.pop();
      continue;
    }
    const found = await first;
    ahead--;
    if (found === undefined) continue;
    yield found.node;
    const { path: parent } = found.node;
    if (found.names.length > 0)
      levels.push({ prefix: parent === '/' ? '/' : `${parent}/`, names: found.names, next: 0, underWay: [] });
  }
}

/** **Emits** `undefined` where there is no such node. */
function found$(zk: ZooKeeper, path: string, withValues: boolean, withNames: boolean): Observable<Found | undefined> {
  const stat$ = zk.exists(path).pipe(map((stat) => (stat === null ? undefined : { path, value: undefined, stat })));
  const whole$: Observable<ReadNode | undefined> = zk.get(path).pipe(
    map(({ value, stat }): ReadNode => ({ path, value, stat })),
    catchError((error: unknown) => (isCoordinationError(error, 'NO_AUTH') ? stat$ : throwError(() => error)))
  );
  return (withValues ? whole$ : stat$).pipe(
    concatMap((node): Observable<Found | undefined> => {
      if (!withNames || node === undefined || node.stat.numChildren === 0) return of(node && { node, names: [] });
      return zk.getChildren(path).pipe(
        map((names) => ({ node, names: [...names].sort(textOrder) })),
        catchError((error: unknown) =>
          isCoordinationError(error, 'NO_AUTH') ? of({ node, names: [] }) : throwError(() => error)
        )
      );
    }),
    catchError((error: unknown) => (isCoordinationError(error, 'NO_NODE') ? of(undefined) : throwError(() => error)))
  );
}
