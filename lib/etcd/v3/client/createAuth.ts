import type { Observable } from 'rxjs';
import type { CallOptions } from '../../../client/callOptions.js';
import { oneOf, text } from '../../../core/check.js';
import type { RolePermission } from '../protocol/auth.js';
import type { Draft } from '../protocol/message.js';
import * as methods from '../protocol/methods.js';
import type { Auth, Permission, RolePermissions } from './auth.js';
import type { Methods } from './methods.js';
import type { ViewCodec } from './viewCodec.js';

const ACCESS = ['read', 'write', 'readwrite'] as const;

/** The methods of {@link Auth}, as a table. */
export function createAuth<K, V>({ method }: Methods, code: ViewCodec<K, V>): Auth<K> {
  /** A method without options of its own; `of` is the user or the role to name in errors. */
  const plain = <Q, R, T>(
    operation: string,
    to: methods.Method<Q, R>,
    options: CallOptions | undefined,
    decode: (reply: R) => T,
    request: () => Draft<Q>,
    of?: string
  ): Observable<T> => method(operation, to, [], options, request, { decode }, of === undefined ? undefined : () => of);
  const done = () => undefined;
  const nothing = () => ({});

  return {
    enable: (options) => plain('auth.enable', methods.authEnable, options, done, nothing),
    disable: (options) => plain('auth.disable', methods.authDisable, options, done, nothing),
    status: (options) =>
      plain(
        'auth.status',
        methods.authStatus,
        options,
        ({ enabled, authRevision }) => ({ enabled, revision: authRevision }),
        nothing
      ),
    users: {
      add: (name, password, options) =>
        plain('users.add', methods.userAdd, options, done, () => newUser(name, password), name),
      get: (name, options) =>
        plain(
          'users.get',
          methods.userGet,
          options,
          ({ roles }) => roles,
          () => ({ name: text('name', name) }),
          name
        ),
      list: (options) => plain('users.list', methods.userList, options, ({ users }) => users, nothing),
      delete: (name, options) =>
        plain('users.delete', methods.userDelete, options, done, () => ({ name: text('name', name) }), name),
      changePassword: (name, password, options) =>
        plain(
          'users.changePassword',
          methods.userChangePassword,
          options,
          done,
          () => ({ name: text('name', name), password: text('password', password) }),
          name
        ),
      grantRole: (name, role, options) =>
        plain(
          'users.grantRole',
          methods.userGrantRole,
          options,
          done,
          () => ({ user: text('name', name), role: text('role', role) }),
          name
        ),
      revokeRole: (name, role, options) =>
        plain(
          'users.revokeRole',
          methods.userRevokeRole,
          options,
          done,
          () => ({ name: text('name', name), role: text('role', role) }),
          name
        ),
    },
    roles: {
      add: (name, options) =>
        plain('roles.add', methods.roleAdd, options, done, () => ({ name: text('name', name) }), name),
      get: (name, options) =>
        plain(
          'roles.get',
          methods.roleGet,
          options,
          ({ perm }) => permissionsOf(perm, code),
          () => ({ role: text('name', name) }),
          name
        ),
      list: (options) => plain('roles.list', methods.roleList, options, ({ roles }) => roles, nothing),
      delete: (name, options) =>
        plain('roles.delete', methods.roleDelete, options, done, () => ({ role: text('name', name) }), name),
      grantPermission: (name, access, keys, options) =>
        plain(
          'roles.grantPermission',
          methods.roleGrantPermission,
          options,
          done,
          () => ({
            name: text('name', name),
            perm: { permType: oneOf('access', access, ACCESS), ...code.place(keys, 'keys') },
          }),
          name
        ),
      revokePermission: (name, keys, options) =>
        plain(
          'roles.revokePermission',
          methods.roleRevokePermission,
          options,
          done,
          () => ({ role: text('name', name), ...code.place(keys, 'keys') }),
          name
        ),
    },
  };
}

function newUser(name: string, password: string | null) {
  if (password === null) return { name: text('name', name), options: { noPassword: true } };
  return { name: text('name', name), password: text('password', password) };
}

function permissionsOf<K, V>(all: readonly RolePermission[], code: ViewCodec<K, V>): RolePermissions<K> {
  const permissions = all.flatMap(({ permType, key, rangeEnd }): readonly Permission<K>[] => {
    const keys = code.keysOf({ key, rangeEnd });
    return keys === undefined ? [] : [{ access: permType, keys }];
  });
  return { permissions, others: all.length - permissions.length };
}
