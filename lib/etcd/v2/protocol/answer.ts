import type { CoordinationError, ErrorContext } from '../../../core/errors.js';
import { ProtocolError } from '../../../core/errors.js';
import { placeOf } from '../../../core/failures.js';
import type { Http1Headers } from '../../../core/http1Client.js';
import { asList, asNumber, asObject, asText, parsedJson } from './parsedJson.js';

/** The kinds of changes: etcd's own words. */
export type EtcdV2Action =
  'get' | 'set' | 'create' | 'update' | 'compareAndSwap' | 'delete' | 'compareAndDelete' | 'expire';

/** A key with its value, or a directory. */
export interface EtcdV2Node<V = string> {
  /** The key, with a slash in front. `'/'` for the root. */
  readonly key: string;
  /** Whether it is a directory. */
  readonly dir: boolean;
  /** The value of a file. A deletion has none. */
  readonly value?: V;
  /** In a watched tree: why the value cannot be shown. */
  readonly error?: CoordinationError;
  /** The contents of a directory, where they were asked for. */
  readonly nodes?: readonly EtcdV2Node<V>[];
  /** Seconds until it expires, when the answer was made. */
  readonly ttl?: number;
  /** When it expires. */
  readonly expiration?: Date;
  /** The index of its creation. `set` makes a key anew. */
  readonly createdIndex: number;
  /** The index of its last change. */
  readonly modifiedIndex: number;
}

/** The answer to a request about keys, and an event. */
export interface EtcdV2Result<V = string> {
  readonly action: EtcdV2Action;
  /** The key after the change. With `noValueOnSuccess` there is none. */
  readonly node: EtcdV2Node<V> | undefined;
  /** The key before the change, if there was one. */
  readonly prevNode: EtcdV2Node<V> | undefined;
  /** Whether the request has created a key. */
  readonly created: boolean;
  /** The index of the store when the answer was made (`X-Etcd-Index`). */
  readonly etcdIndex: number;
  /** The cluster (`X-Etcd-Cluster-Id`). `''` before etcd 2.0. */
  readonly clusterId: string;
  readonly raftIndex: number;
  readonly raftTerm: number;
}

/** A result without what only the v2 API tells, of a request that has created nothing. */
export function resultOf(
  action: EtcdV2Action,
  etcdIndex: number,
  { node, prevNode }: Partial<Pick<EtcdV2Result, 'node' | 'prevNode'>> = {}
): EtcdV2Result {
  return { action, node, prevNode, created: false, etcdIndex, clusterId: '', raftIndex: 0, raftTerm: 0 };
}

/** An answer in full. */
export interface Answer {
  readonly status: number;
  readonly headers: Http1Headers;
  readonly body: string;
}

/** The index of the store, by the head of an answer; 0 if it does not say. */
export function etcdIndexOf(headers: Http1Headers): number {
  return indexOf(headers['x-etcd-index']);
}

/** Reads an answer about keys. Throws a `ProtocolError` if it is none. */
export function keyResult({ status, headers, body }: Answer, context: ErrorContext = {}): EtcdV2Result {
  const { action, node, prevNode } = jsonOf(body, context);
  if (typeof action !== 'string') throw malformed('has no action', context);
  return {
    action: action as EtcdV2Action,
    node: node === undefined ? undefined : nodeOf(node, context),
    prevNode: prevNode === undefined ? undefined : nodeOf(prevNode, context),
    created: status === 201,
    etcdIndex: etcdIndexOf(headers),
    clusterId: headers['x-etcd-cluster-id'] ?? '',
    raftIndex: indexOf(headers['x-raft-index']),
    raftTerm: indexOf(headers['x-raft-term']),
  };
}

/** The JSON object of a body. Throws a `ProtocolError` if it is none. */
function jsonOf(body: string, context: ErrorContext): Readonly<Record<string, unknown>> {
  const object = parsedJson(body);
  if (object === undefined) throw malformed(body === '' ? 'is empty' : 'is no JSON object', context);
  return object;
}

/** Reads an answer whose body is a JSON object. Throws a `ProtocolError` if it is none. */
export function ofJson<T>(read: (json: Readonly<Record<string, unknown>>) => T) {
  return ({ body }: Answer, context: ErrorContext): T => read(jsonOf(body, context));
}

/** The error of an answer that is not etcd's. The body may be secret, so it is not shown. */
export function malformed(why: string, context: ErrorContext): ProtocolError {
  return new ProtocolError(`${placeOf(context)}: the answer ${why}`, context);
}

function nodeOf(raw: unknown, context: ErrorContext): EtcdV2Node {
  const it = asObject(raw);
  if (it === undefined) throw malformed('has a node that is no object', context);
  const dir = it['dir'] === true;
  const key = asText(it['key']);
  const { value, nodes, ttl, expiration } = it;
  return {
    key: key === '' ? '/' : key,
    dir,
    ...(!dir && typeof value === 'string' && { value }),
    ...(nodes !== undefined && { nodes: asList(nodes).map((each) => nodeOf(each, context)) }),
    ...(typeof ttl === 'number' && { ttl }),
    ...(typeof expiration === 'string' && { expiration: new Date(expiration) }),
    createdIndex: asNumber(it['createdIndex']),
    modifiedIndex: asNumber(it['modifiedIndex']),
  };
}

function indexOf(header: string | undefined): number {
  const index = Number(header ?? 0);
  return Number.isSafeInteger(index) && index >= 0 ? index : 0;
}
