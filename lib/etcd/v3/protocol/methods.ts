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

const method = <Q, R>(
  service: string,
  name: string,
  gateway: string,
  request: Message<Q>,
  response: Message<R>,
  isRead = false
): Method<Q, R> => ({ path: `/etcdserverpb.${service}/${name}`, gateway, request, response, isRead, isStream: false });

const stream = <Q, R>(...parts: Parameters<typeof method<Q, R>>): Method<Q, R> => ({
  ...method(...parts),
  isStream: true,
});

export const range = method('KV', 'Range', '/kv/range', kv.RangeRequest, kv.RangeResponse, true);
export const put = method('KV', 'Put', '/kv/put', kv.PutRequest, kv.PutResponse);
export const deleteRange = method(
  'KV',
  'DeleteRange',
  '/kv/deleterange',
  kv.DeleteRangeRequest,
  kv.DeleteRangeResponse
);
export const txn = method('KV', 'Txn', '/kv/txn', kv.TxnRequest, kv.TxnResponse);
export const compact = method('KV', 'Compact', '/kv/compaction', kv.CompactionRequest, kv.CompactionResponse);

export const watchStream = stream('Watch', 'Watch', '/watch', watch.WatchRequest, watch.WatchResponse, true);

export const leaseGrant = method(
  'Lease',
  'LeaseGrant',
  '/lease/grant',
  lease.LeaseGrantRequest,
  lease.LeaseGrantResponse
);
export const leaseRevoke = method(
  'Lease',
  'LeaseRevoke',
  '/lease/revoke',
  lease.LeaseRevokeRequest,
  lease.LeaseRevokeResponse
);
export const leaseKeepAlive = stream(
  'Lease',
  'LeaseKeepAlive',
  '/lease/keepalive',
  lease.LeaseKeepAliveRequest,
  lease.LeaseKeepAliveResponse,
  true
);
export const leaseTimeToLive = method(
  'Lease',
  'LeaseTimeToLive',
  '/lease/timetolive',
  lease.LeaseTimeToLiveRequest,
  lease.LeaseTimeToLiveResponse,
  true
);
export const leaseLeases = method(
  'Lease',
  'LeaseLeases',
  '/lease/leases',
  lease.LeaseLeasesRequest,
  lease.LeaseLeasesResponse,
  true
);

export const memberAdd = method(
  'Cluster',
  'MemberAdd',
  '/cluster/member/add',
  cluster.MemberAddRequest,
  cluster.MemberAddResponse
);
export const memberRemove = method(
  'Cluster',
  'MemberRemove',
  '/cluster/member/remove',
  cluster.MemberRemoveRequest,
  cluster.MemberRemoveResponse
);
export const memberUpdate = method(
  'Cluster',
  'MemberUpdate',
  '/cluster/member/update',
  cluster.MemberUpdateRequest,
  cluster.MemberUpdateResponse
);
export const memberList = method(
  'Cluster',
  'MemberList',
  '/cluster/member/list',
  cluster.MemberListRequest,
  cluster.MemberListResponse,
  true
);
export const memberPromote = method(
  'Cluster',
  'MemberPromote',
  '/cluster/member/promote',
  cluster.MemberPromoteRequest,
  cluster.MemberPromoteResponse
);

export const alarm = method(
  'Maintenance',
  'Alarm',
  '/maintenance/alarm',
  maintenance.AlarmRequest,
  maintenance.AlarmResponse
);
export const status = method(
  'Maintenance',
  'Status',
  '/maintenance/status',
  maintenance.StatusRequest,
  maintenance.StatusResponse,
  true
);
export const defragment = method(
  'Maintenance',
  'Defragment',
  '/maintenance/defragment',
  maintenance.DefragmentRequest,
  maintenance.DefragmentResponse
);
export const hash = method(
  'Maintenance',
  'Hash',
  '/maintenance/hash',
  maintenance.HashRequest,
  maintenance.HashResponse,
  true
);
export const hashKV = method(
  'Maintenance',
  'HashKV',
  '/maintenance/hashkv',
  maintenance.HashKVRequest,
  maintenance.HashKVResponse,
  true
);
export const snapshot = stream(
  'Maintenance',
  'Snapshot',
  '/maintenance/snapshot',
  maintenance.SnapshotRequest,
  maintenance.SnapshotResponse,
  true
);
export const moveLeader = method(
  'Maintenance',
  'MoveLeader',
  '/maintenance/transfer-leadership',
  maintenance.MoveLeaderRequest,
  maintenance.MoveLeaderResponse
);
export const downgrade = method(
  'Maintenance',
  'Downgrade',
  '/maintenance/downgrade',
  maintenance.DowngradeRequest,
  maintenance.DowngradeResponse
);

export const authEnable = method('Auth', 'AuthEnable', '/auth/enable', auth.AuthEnableRequest, auth.AuthEnableResponse);
export const authDisable = method(
  'Auth',
  'AuthDisable',
  '/auth/disable',
  auth.AuthDisableRequest,
  auth.AuthDisableResponse
);
export const authStatus = method(
  'Auth',
  'AuthStatus',
  '/auth/status',
  auth.AuthStatusRequest,
  auth.AuthStatusResponse,
  true
);
export const authenticate = method(
  'Auth',
  'Authenticate',
  '/auth/authenticate',
  auth.AuthenticateRequest,
  auth.AuthenticateResponse,
  true
);
export const userAdd = method('Auth', 'UserAdd', '/auth/user/add', auth.UserAddRequest, auth.UserAddResponse);
export const userGet = method('Auth', 'UserGet', '/auth/user/get', auth.UserGetRequest, auth.UserGetResponse, true);
export const userList = method(
  'Auth',
  'UserList',
  '/auth/user/list',
  auth.UserListRequest,
  auth.UserListResponse,
  true
);
export const userDelete = method(
  'Auth',
  'UserDelete',
  '/auth/user/delete',
  auth.UserDeleteRequest,
  auth.UserDeleteResponse
);
export const userChangePassword = method(
  'Auth',
  'UserChangePassword',
  '/auth/user/changepw',
  auth.UserChangePasswordRequest,
  auth.UserChangePasswordResponse
);
export const userGrantRole = method(
  'Auth',
  'UserGrantRole',
  '/auth/user/grant',
  auth.UserGrantRoleRequest,
  auth.UserGrantRoleResponse
);
export const userRevokeRole = method(
  'Auth',
  'UserRevokeRole',
  '/auth/user/revoke',
  auth.UserRevokeRoleRequest,
  auth.UserRevokeRoleResponse
);
export const roleAdd = method('Auth', 'RoleAdd', '/auth/role/add', auth.RoleAddRequest, auth.RoleAddResponse);
export const roleGet = method('Auth', 'RoleGet', '/auth/role/get', auth.RoleGetRequest, auth.RoleGetResponse, true);
export const roleList = method(
  'Auth',
  'RoleList',
  '/auth/role/list',
  auth.RoleListRequest,
  auth.RoleListResponse,
  true
);
export const roleDelete = method(
  'Auth',
  'RoleDelete',
  '/auth/role/delete',
  auth.RoleDeleteRequest,
  auth.RoleDeleteResponse
);
export const roleGrantPermission = method(
  'Auth',
  'RoleGrantPermission',
  '/auth/role/grant',
  auth.RoleGrantPermissionRequest,
  auth.RoleGrantPermissionResponse
);
export const roleRevokePermission = method(
  'Auth',
  'RoleRevokePermission',
  '/auth/role/revoke',
  auth.RoleRevokePermissionRequest,
  auth.RoleRevokePermissionResponse
);
