import type { Observable } from 'rxjs';
import type { CallOptions } from '../../../client/callOptions.js';
import { array, knownKeys, text } from '../../../core/check.js';
import { UsageError } from '../../../core/errors.js';
import { ofJson } from '../protocol/answer.js';
import type { Ask } from '../protocol/ask.js';
import { asList, asObject, asText, asTexts } from '../protocol/parsedJson.js';
import type { EtcdV2Permissions, EtcdV2Role, EtcdV2User } from '../types.js';
import type { CallMaker } from './callMaker.js';

/**
 * Users and roles. While authentication is enabled, only `root` may change them. A request without a user has the role
 * `guest`.
 */
export interface AuthV2 {
  /** Whether authentication is enabled. */
  enabled(options?: CallOptions): Observable<boolean>;
  /** Enables it. **Errors** with `CONFLICT` when there is no user `root`, or when it is enabled. */
  enable(options?: CallOptions): Observable<void>;
  /** Disables it. **Errors** with `CONFLICT` when it is not enabled. */
  disable(options?: CallOptions): Observable<void>;

  users(options?: CallOptions): Observable<readonly EtcdV2User[]>;
  /** **Errors** with `NOT_FOUND`, also when the user has a role that does not exist. */
  getUser(user: string, options?: CallOptions): Observable<EtcdV2User>;
  /** Creates a user, or changes the password of one. */
  putUser(user: string, password: string, options?: CallOptions): Observable<void>;
  /** **Errors** with `CONFLICT` when the user has one of the roles. */
  grantRoles(user: string, roles: readonly string[], options?: CallOptions): Observable<void>;
  /** **Errors** with `CONFLICT` when the user does not have one of the roles. */
  revokeRoles(user: string, roles: readonly string[], options?: CallOptions): Observable<void>;
  deleteUser(user: string, options?: CallOptions): Observable<void>;

  roles(options?: CallOptions): Observable<readonly EtcdV2Role[]>;
  getRole(role: string, options?: CallOptions): Observable<EtcdV2Role>;
  /** Creates a role. **Errors** with `CONFLICT` when it exists. */
  createRole(role: string, permissions: Partial<EtcdV2Permissions>, options?: CallOptions): Observable<EtcdV2Role>;
  /** **Errors** with `CONFLICT` when the role has one of the rights. */
  grantPermissions(role: string, permissions: Partial<EtcdV2Permissions>, options?: CallOptions): Observable<void>;
  /** **Errors** with `BAD_REQUEST` when the role has none of the rights. */
  revokePermissions(role: string, permissions: Partial<EtcdV2Permissions>, options?: CallOptions): Observable<void>;
  deleteRole(role: string, options?: CallOptions): Observable<void>;
}

const nothing = () => undefined;

/** The calls about users and roles. */
export function auth(call: CallMaker): AuthV2 {
  const ask = (method: Ask['method'], path: string, body?: object): Ask => ({
    ...{ method, path: `auth/${path}`, repeat: method === 'GET' ? 'read' : 'once' },
    ...(body !== undefined && { contentType: 'application/json', body: JSON.stringify(body) }),
  });
  const change = (field: 'grant' | 'revoke', user: string, roles: readonly string[]) =>
    ask('PUT', `users/${nameOf('user', user)}`, { user, [field]: namesOf('roles', roles) });
  const changeRole = (field: 'grant' | 'revoke' | 'permissions', role: string, rights: Partial<EtcdV2Permissions>) =>
    ask('PUT', `roles/${nameOf('role', role)}`, { role, [field]: { kv: rightsOf(rights) } });
  return {
    enabled: (options) =>
      call(
        'auth.enabled',
        options,
        () => ask('GET', 'enable'),
        ofJson(({ enabled }) => enabled === true)
      ),
    enable: (options) => call('auth.enable', options, () => ask('PUT', 'enable'), nothing),
    disable: (options) => call('auth.disable', options, () => ask('DELETE', 'enable'), nothing),

    users: (options) =>
      call(
        'auth.users',
        options,
        () => ask('GET', 'users'),
        ofJson(({ users }) => asList(users).map(userOf))
      ),
    getUser: (user, options) =>
      call('auth.getUser', options, () => ask('GET', `users/${nameOf('user', user)}`), ofJson(userOf)),
    putUser: (user, password, options) =>
      call(
        'auth.putUser',
        options,
        () => ask('PUT', `users/${nameOf('user', user)}`, { user, password: text('password', password) }),
        nothing
      ),
    grantRoles: (user, roles, options) => call('auth.grantRoles', options, () => change('grant', user, roles), nothing),
    revokeRoles: (user, roles, options) =>
      call('auth.revokeRoles', options, () => change('revoke', user, roles), nothing),
    deleteUser: (user, options) =>
      call('auth.deleteUser', options, () => ask('DELETE', `users/${nameOf('user', user)}`), nothing),

    roles: (options) =>
      call(
        'auth.roles',
        options,
        () => ask('GET', 'roles'),
        ofJson(({ roles }) => asList(roles).map(roleOf))
      ),
    getRole: (role, options) =>
      call('auth.getRole', options, () => ask('GET', `roles/${nameOf('role', role)}`), ofJson(roleOf)),
    createRole: (role, rights, options) =>
      call('auth.createRole', options, () => changeRole('permissions', role, rights), ofJson(roleOf)),
    grantPermissions: (role, rights, options) =>
      call('auth.grantPermissions', options, () => changeRole('grant', role, rights), nothing),
    revokePermissions: (role, rights, options) =>
      call('auth.revokePermissions', options, () => changeRole('revoke', role, rights), nothing),
    deleteRole: (role, options) =>
      call('auth.deleteRole', options, () => ask('DELETE', `roles/${nameOf('role', role)}`), nothing),
  };
}

/** Etcd 2.1 tells only the names. */
function userOf(raw: unknown): EtcdV2User {
  const it = asObject(raw);
  if (it === undefined) return { user: asText(raw), roles: [] };
  return { user: asText(it['user']), roles: asList(it['roles']).map((role) => roleOf(role).role) };
}

function roleOf(raw: unknown): EtcdV2Role {
  const it = asObject(raw);
  if (it === undefined) return { role: asText(raw), read: [], write: [] };
  const kv = asObject(asObject(it['permissions'])?.['kv']) ?? {};
  return { role: asText(it['role']), read: asTexts(kv['read']), write: asTexts(kv['write']) };
}

/** A name, encoded for a path. Servers answer `.` and `..` with a redirect. */
export function nameOf(argument: string, name: string): string {
  if (/^(?:|\.\.?)$/.test(text(argument, name)) || name.includes('/'))
    throw new UsageError(argument, "must not be empty, '.' or '..', and must not contain a slash");
  return encodeURIComponent(name);
}

/** A list of texts. */
export function namesOf(argument: string, names: readonly string[]): readonly string[] {
  return array(argument, names).map((name, i) => text(`${argument}[${i}]`, name));
}

/** Rights, checked. */
export function rightsOf(permissions: Partial<EtcdV2Permissions>): EtcdV2Permissions {
  const { read = [], write = [] } = knownKeys('permissions', permissions, ['read', 'write']);
  return { read: namesOf('permissions.read', read), write: namesOf('permissions.write', write) };
}
