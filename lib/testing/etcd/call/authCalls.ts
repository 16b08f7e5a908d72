import type { Header } from '../../../etcd/v3/protocol/kv.js';
import type { Draft } from '../../../etcd/v3/protocol/message.js';
import * as methods from '../../../etcd/v3/protocol/methods.js';
import type { Method } from '../../../etcd/v3/protocol/methods.js';
import type { AuthStore } from '../auth/authStore.js';
import { Refusals } from '../etcdRefusal.js';
import { type Unary, unary } from './served.js';

type Answer = { readonly header: Draft<Header> };

/** A call for administrators alone. `act` may add to the answer. */
function administration<Q, R>(
  method: Method<Q, R>,
  act: (auth: AuthStore, request: Q) => Omit<Draft<R>, 'header'> | void
): Unary {
  return unary(method as unknown as Method<Q, Answer>, true, ({ core, member, user }, request) => {
    core.auth.permitAdmin(user);
    const more = act(core.auth, request);
    core.propose();
    return { header: core.header(member), ...more };
  });
}

const authenticate = unary(methods.authenticate, true, ({ core, member }, { name, password }) => {
  const token = core.auth.authenticate(name, password, core.propose());
  return { header: core.header(member), token };
});

const authStatus = unary(methods.authStatus, true, ({ core, member }) => {
  return { header: core.header(member), enabled: core.auth.enabled, authRevision: core.auth.revision };
});

const userGet = unary(methods.userGet, true, ({ core, member, user }, { name }) => {
  if (!core.auth.isAdmin(user) && user !== name) throw Refusals.permissionDenied;
  return { header: core.header(member), roles: [...core.auth.user(name).roles].sort() };
});

const roleGet = unary(methods.roleGet, true, ({ core, member, user }, { role }) => {
  const isOwn = (name: string) => core.auth.users.get(name)?.roles.has(role) === true;
  if (!core.auth.isAdmin(user) && !isOwn(user ?? '')) throw Refusals.permissionDenied;
  return { header: core.header(member), perm: core.auth.role(role).all };
});

/** Calls about users and roles. */
export const authCalls = [
  authenticate,
  authStatus,
  userGet,
  roleGet,
  administration(methods.authEnable, (auth) => auth.enable()),
  administration(methods.authDisable, (auth) => auth.disable()),
  administration(methods.userAdd, (auth, { name, password, options }) =>
    auth.addUser(name, options?.noPassword === true ? undefined : password)
  ),
  administration(methods.userList, (auth) => ({ users: [...auth.users.keys()].sort() })),
  administration(methods.userDelete, (auth, { name }) => auth.deleteUser(name)),
  administration(methods.userChangePassword, (auth, { name, password }) => auth.changePassword(name, password)),
  administration(methods.userGrantRole, (auth, { user, role }) => auth.grantRole(user, role)),
  administration(methods.userRevokeRole, (auth, { name, role }) => auth.revokeRole(name, role)),
  administration(methods.roleAdd, (auth, { name }) => auth.addRole(name)),
  administration(methods.roleList, (auth) => ({ roles: [...auth.roles.keys()].sort() })),
  administration(methods.roleDelete, (auth, { role }) => auth.deleteRole(role)),
  administration(methods.roleGrantPermission, (auth, { name, perm }) => auth.grantPermission(name, perm)),
  administration(methods.roleRevokePermission, (auth, { role, key, rangeEnd }) =>
    auth.revokePermission(role, { key, rangeEnd })
  ),
];
