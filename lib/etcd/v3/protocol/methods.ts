import * as auth from './auth.js';
import * as cluster from './cluster.js';
import * as kv from './kv.js';
import * as lease from './lease.js';
import * as maintenance from './maintenance.js';
import type { Message } from './message.js';
import * as watch from './watch.js';

/** A remote procedure: a unary call, or a stream in one direction or both. */
export interface Method<Q, R> {
  /** The HTTP/2 path, as in `/etcdserverpb.KV/Range`. */
  readonly path: string;
  /** The path behind the prefix of the gateway, as in `/kv/range`. */
  readonly gateway: string;
  readonly request: Message<Q>;
  readonly response: Message<R>;
  /** Whether a second run does no harm and changes nothing: it may be sent again when its fate is not known. */
  readonly isRead: boolean;
  /** Whether there may be several answers. */
  readonly isStream: boolean;
}

/** A call whose messages are the two of its name, among these. */
type MethodOf<M, N extends string> = Method<ValueIn<M, `${N}Request`>, ValueIn<M, `${N}Response`>>;
type ValueIn<M, Name> = Name extends keyof M ? (M[Name] extends Message<infer T> ? T : never) : never;
type Messages<N extends string> = Readonly<Record<`${N}Request` | `${N}Response`, object>>;

function method<N extends string, M extends Messages<N>>(
  service: string,
  name: N,
  gateway: string,
  messages: M
): MethodOf<M, N> {
  const { [`${name}Request`]: request, [`${name}Response`]: response } = messages as Record<string, unknown>;
  const path = `/etcdserverpb.${service}/${name}`;
  return { path, gateway, request, response, isRead: false, isStream: false } as MethodOf<M, N>;
}

function read<N extends string, M extends Messages<N>>(...parts: Parameters<typeof method<N, M>>): MethodOf<M, N> {
  return { ...method<N, M>(...parts), isRead: true };
}

function readStream<N extends string, M extends Messages<N>>(
  ...parts: Parameters<typeof method<N, M>>
): MethodOf<M, N> {
  return { ...read<N, M>(...parts), isStream: true };
}

export const range = read('KV', 'Range', '/kv/range', kv);
export const put = method('KV', 'Put', '/kv/put', kv);
export const deleteRange = method('KV', 'DeleteRange', '/kv/deleterange', kv);
export const txn = method('KV', 'Txn', '/kv/txn', kv);
export const compact = method('KV', 'Compact', '/kv/compaction', {
  CompactRequest: kv.CompactionRequest,
  CompactResponse: kv.CompactionResponse,
});

export const watchStream = readStream('Watch', 'Watch', '/watch', watch);

export const leaseGrant = method('Lease', 'LeaseGrant', '/lease/grant', lease);
export const leaseRevoke = method('Lease', 'LeaseRevoke', '/lease/revoke', lease);
export const leaseKeepAlive = readStream('Lease', 'LeaseKeepAlive', '/lease/keepalive', lease);
export const leaseTimeToLive = read('Lease', 'LeaseTimeToLive', '/lease/timetolive', lease);
export const leaseLeases = read('Lease', 'LeaseLeases', '/lease/leases', lease);

export const memberAdd = method('Cluster', 'MemberAdd', '/cluster/member/add', cluster);
export const memberRemove = method('Cluster', 'MemberRemove', '/cluster/member/remove', cluster);
export const memberUpdate = method('Cluster', 'MemberUpdate', '/cluster/member/update', cluster);
export const memberList = read('Cluster', 'MemberList', '/cluster/member/list', cluster);
export const memberPromote = method('Cluster', 'MemberPromote', '/cluster/member/promote', cluster);

export const alarm = method('Maintenance', 'Alarm', '/maintenance/alarm', maintenance);
export const status = read('Maintenance', 'Status', '/maintenance/status', maintenance);
export const defragment = method('Maintenance', 'Defragment', '/maintenance/defragment', maintenance);
export const hash = read('Maintenance', 'Hash', '/maintenance/hash', maintenance);
export const hashKV = read('Maintenance', 'HashKV', '/maintenance/hashkv', maintenance);
export const snapshot = readStream('Maintenance', 'Snapshot', '/maintenance/snapshot', maintenance);
export const moveLeader = method('Maintenance', 'MoveLeader', '/maintenance/transfer-leadership', maintenance);
export const downgrade = method('Maintenance', 'Downgrade', '/maintenance/downgrade', maintenance);

export const authEnable = method('Auth', 'AuthEnable', '/auth/enable', auth);
export const authDisable = method('Auth', 'AuthDisable', '/auth/disable', auth);
export const authStatus = read('Auth', 'AuthStatus', '/auth/status', auth);
export const authenticate = read('Auth', 'Authenticate', '/auth/authenticate', auth);
export const userAdd = method('Auth', 'UserAdd', '/auth/user/add', auth);
export const userGet = read('Auth', 'UserGet', '/auth/user/get', auth);
export const userList = read('Auth', 'UserList', '/auth/user/list', auth);
export const userDelete = method('Auth', 'UserDelete', '/auth/user/delete', auth);
export const userChangePassword = method('Auth', 'UserChangePassword', '/auth/user/changepw', auth);
export const userGrantRole = method('Auth', 'UserGrantRole', '/auth/user/grant', auth);
export const userRevokeRole = method('Auth', 'UserRevokeRole', '/auth/user/revoke', auth);
export const roleAdd = method('Auth', 'RoleAdd', '/auth/role/add', auth);
export const roleGet = read('Auth', 'RoleGet', '/auth/role/get', auth);
export const roleList = read('Auth', 'RoleList', '/auth/role/list', auth);
export const roleDelete = method('Auth', 'RoleDelete', '/auth/role/delete', auth);
export const roleGrantPermission = method('Auth', 'RoleGrantPermission', '/auth/role/grant', auth);
export const roleRevokePermission = method('Auth', 'RoleRevokePermission', '/auth/role/revoke', auth);
