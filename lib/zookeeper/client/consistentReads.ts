import { EMPTY, type Observable, catchError, ignoreElements, map, merge, throwError } from 'rxjs';
import { array, knownKeys } from '../../core/check.js';
import { type CoordinationError, UsageError, isCoordinationError } from '../../core/errors.js';
import { NO_AUTH, NO_NODE, refusal } from '../protocol/errorCode.js';
import type { Op } from '../protocol/op.js';
import { check } from '../protocol/ops/deleteNode.js';
import { getChildren } from '../protocol/ops/getChildren.js';
import { type NodeData, getData } from '../protocol/ops/getData.js';
import { type MultiPart, multi } from '../protocol/ops/multi.js';
import { type ReadOutcome, multiRead } from '../protocol/ops/multiRead.js';
import { sync } from '../protocol/ops/sync.js';
import { type CallOptions, type Exchange, Request } from '../session/exchange.js';
import type { Stat } from '../types.js';

/** One read of a multiRead: of a node's data, or of the names of its children. */
export type Read = { readonly get: string } | { readonly getChildren: string };

/** The result of one read of a multiRead. */
export type ReadResult<T> =
  { readonly value: T; readonly error?: undefined } | { readonly value?: undefined; readonly error: CoordinationError };

/** The results of these reads. */
export type MultiReads<R extends readonly Read[]> = {
  readonly [K in keyof R]: ReadResult<R[K] extends { readonly get: string } ? NodeData : readonly string[]>;
};

/** A node in a snapshot, told apart by `kind`: `'present'`, `'absent'` or `'denied'`. */
export type SnapshotNode = { readonly path: string } & (
  | { readonly kind: 'present'; readonly value: Uint8Array | null; readonly stat: Stat }
  | { readonly kind: 'absent' | 'denied'; readonly value?: undefined; readonly stat?: undefined }
);

/** Nodes as they were at one moment, which `zxid` names. */
export interface Snapshot<P extends readonly string[]> {
  readonly zxid: bigint;
  readonly nodes: { readonly [K in keyof P]: SnapshotNode };
}

const snapshotOp: Op<readonly MultiPart[], { readonly zxid: bigint; readonly outcomes: readonly ReadOutcome[] }> = {
  ...(multiRead as unknown as Op<
    readonly MultiPart[],
    { readonly zxid: bigint; readonly outcomes: readonly ReadOutcome[] }
  >),
  name: 'snapshot',
  decode: (input, parts) => ({ zxid: input.zxid, outcomes: multiRead.decode(input, parts) }),
};

/** Nodes at one moment. */
export function snapshot<const P extends readonly string[]>(
  exchange: Exchange,
  paths: P,
  options?: CallOptions
): Observable<Snapshot<P>> {
  const parts = array('paths', paths).map((path) => ({ op: getData, request: path }));
  return exchange(snapshotOp, parts, options).pipe(
    map(({ zxid, outcomes }) => ({
      zxid,
      nodes: outcomes.map((outcome, i) => nodeOf(paths[i]!, outcome)) as Snapshot<P>['nodes'],
    }))
  );
}

/** Reads of both kinds in one request. */
export function readMany<const R extends readonly Read[]>(
  exchange: Exchange,
  reads: R,
  options?: CallOptions
): Observable<MultiReads<R>> {
  const parts = array('reads', reads).map(partOf);
  return exchange(multiRead, parts, options).pipe(
    map((outcomes) => outcomes.map((outcome, i) => resultOf(parts[i]!, outcome)) as MultiReads<R>)
  );
}

/** Refusals that a quorum has committed, and that are a barrier as good as a success. */
const COMMITTED: ReadonlySet<string> = new Set(['NO_NODE', 'NO_AUTH']);

/** A barrier's error names the read that it is for. */
const syncFor = (name: string): Op<string, string> => ({ ...sync, name });
const commitFor = (name: string): typeof multi => ({ ...multi, name, path: ([part]) => part?.op.path?.(part.request) });
const BARRIERS: Readonly<Record<string, { readonly sync: typeof sync; readonly strict: typeof multi }>> =
  Object.fromEntries(
    ['get', 'exists', 'getChildren', 'getConfig'].map((name) => [
      name,
      { sync: syncFor(name), strict: commitFor(name) },
    ])
  );

/**
 * A read that happens after a barrier, where one is asked for: both leave together, and the server keeps their order.
 */
export function freshly<T>(
  exchange: Exchange,
  read$: Observable<T>,
  path: string,
  options?: CallOptions & { readonly read?: 'local' | 'sync' | 'strict' }
): Observable<T> {
  const read = options?.read ?? 'local';
  if (read === 'local') return read$;
  const ops = BARRIERS[read$ instanceof Request ? read$.op.name : ''] ?? { sync, strict: multi };
  const barrier$: Observable<unknown> =
    read === 'sync'
      ? exchange(ops.sync, path, options)
      : exchange(ops.strict, [{ op: check, request: { path, version: -1 } }], options);
  const passed$ = barrier$.pipe(
    ignoreElements(),
    catchError((error: unknown) =>
      isCoordinationError(error) && COMMITTED.has(error.code) ? EMPTY : throwError(() => error)
    )
  );
  return merge(passed$, read$);
}

function partOf(read: Read, i: number): MultiPart {
  const { get, getChildren: list } = knownKeys(`reads[${i}]`, read as { get?: string; getChildren?: string }, [
    'get',
    'getChildren',
  ]);
  if ((get === undefined) === (list === undefined))
    throw new UsageError(`reads[${i}]`, 'must be { get } or { getChildren }');
  return get === undefined ? { op: getChildren, request: list } : { op: getData, request: get };
}

function nodeOf(path: string, outcome: ReadOutcome): SnapshotNode {
  if ('value' in outcome) return { kind: 'present', path, ...(outcome.value as NodeData) };
  if (outcome.code === NO_NODE) return { kind: 'absent', path };
  if (outcome.code === NO_AUTH) return { kind: 'denied', path };
  throw refusal(outcome.code, { operation: 'snapshot', path });
}

function resultOf({ op, request }: MultiPart, outcome: ReadOutcome): ReadResult<unknown> {
  return 'value' in outcome
    ? { value: outcome.value }
    : { error: refusal(outcome.code, { operation: op.name, path: op.path?.(request) }) };
}
