import { header } from './kv.js';
import { bool, bytes, int, list, named, nested, oneOf, text } from './fields.js';
import { message } from './message.js';

export const AuthEnableRequest = message({});
export const AuthEnableResponse = message({ header: header() });
export const AuthDisableRequest = message({});
export const AuthDisableResponse = message({ header: header() });
export const AuthStatusRequest = message({});
export const AuthStatusResponse = message({
  header: header(),
  enabled: bool(2),
  authRevision: named('authRevision', int(3)),
});
export const AuthenticateRequest = message({ name: text(1), password: text(2) });
export const AuthenticateResponse = message({ header: header(), token: text(2) });

export const UserAddOptions = message({ noPassword: bool(1) });
export const UserAddRequest = message({ name: text(1), password: text(2), options: nested(3, () => UserAddOptions) });
export const UserAddResponse = message({ header: header() });
export const UserGetRequest = message({ name: text(1) });
export const UserGetResponse = message({ header: header(), roles: list(text(2)) });
export const UserListRequest = message({});
export const UserListResponse = message({ header: header(), users: list(text(2)) });
export const UserDeleteRequest = message({ name: text(1) });
export const UserDeleteResponse = message({ header: header() });
export const UserChangePasswordRequest = message({ name: text(1), password: text(2) });
export const UserChangePasswordResponse = message({ header: header() });
export const UserGrantRoleRequest = message({ user: text(1), role: text(2) });
export const UserGrantRoleResponse = message({ header: header() });
export const UserRevokeRoleRequest = message({ name: text(1), role: text(2) });
export const UserRevokeRoleResponse = message({ header: header() });

/** What a role may do with the keys from `key` to `rangeEnd`; with one key where there is no `rangeEnd`. */
export const RolePermission = message({
  permType: named('permType', oneOf(1, 'read', 'write', 'readwrite')),
  key: bytes(2),
  rangeEnd: bytes(3),
});
export type RolePermission = ReturnType<(typeof RolePermission)['read']>;
export const RoleAddRequest = message({ name: text(1) });
export const RoleAddResponse = message({ header: header() });
export const RoleGetRequest = message({ role: text(1) });
export const RoleGetResponse = message({ header: header(), perm: list(nested(2, () => RolePermission)) });
export const RoleListRequest = message({});
export const RoleListResponse = message({ header: header(), roles: list(text(2)) });
export const RoleDeleteRequest = message({ role: text(1) });
export const RoleDeleteResponse = message({ header: header() });
export const RoleGrantPermissionRequest = message({ name: text(1), perm: nested(2, () => RolePermission) });
export const RoleGrantPermissionResponse = message({ header: header() });
export const RoleRevokePermissionRequest = message({ role: text(1), key: bytes(2), rangeEnd: bytes(3) });
export const RoleRevokePermissionResponse = message({ header: header() });
