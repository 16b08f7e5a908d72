import { asObject, asText, asTexts, parsedJson } from '../../../../etcd/v2/protocol/parsedJson.js';
import type { Rights } from '../v2Auth.js';
import { V2StatusRefusal } from '../v2StatusRefusal.js';
import { DONE, adminWork, unlessRoot } from './adminWork.js';
import { type HttpRequest, type HttpWork, immediate, json, wrongMethod } from './httpRequest.js';
import type { V2Ground } from './v2Ground.js';

/** A request about users and roles. @param rest the path behind `/v2/auth/` */
export function authWork(ground: V2Ground, request: HttpRequest, rest: string): HttpWork | undefined {
  const { auth } = ground.core.v2;
  const [what, ...names] = rest.replace(/\/+$/, '').split('/');
  const { method } = request;
  if (what !== 'enable' && what !== 'users' && what !== 'roles') return undefined;
  if (names.length > 1) return immediate(json(400, new V2StatusRefusal(400, 'Invalid path')));
  const isList = what !== 'enable' && names.length === 0;
  const allowed = isList ? ['GET'] : ['GET', 'PUT', 'DELETE'];
  if (!allowed.includes(method)) return immediate(wrongMethod(...allowed));
  const denied = what === 'enable' && method === 'GET' ? undefined : unlessRoot(ground, request);
  if (denied !== undefined) return immediate(denied);
  const isRead = method === 'GET';
  return adminWork(ground, !isRead, () => {
    const done = served();
    if (!isRead) ground.core.v2.change(ground.member, { kind: 'other' });
    return done;
  });

  function served(): ReturnType<typeof listed> | typeof DONE {
    if (isList) return listed(ground, what === 'users');
    if (what === 'enable') return enabling(ground, method);
    const name = names[0]!;
    if (method === 'PUT') return what === 'users' ? putUser(ground, request, name) : putRole(ground, request, name);
    if (method === 'GET') return [200, what === 'users' ? userShown(ground, name, true) : roleShown(ground, name)];
    if (what === 'users') auth.deleteUser(name);
    else auth.deleteRole(name);
    return DONE;
  }
}

function enabling({ core }: V2Ground, method: string): ReturnType<typeof listed> | typeof DONE {
  const { auth } = core.v2;
  if (method === 'GET') return [200, { enabled: auth.enabled }];
  if (method === 'PUT') auth.enable();
  else auth.disable();
  return DONE;
}

function listed(ground: V2Ground, users: boolean): readonly [status: number, body: unknown] {
  const { auth } = ground.core.v2;
  if (!users) return [200, { roles: auth.roleNames.map((name) => roleShown(ground, name)) }];
  const names = auth.userNames;
  return [200, { users: names.length === 0 ? null : names.map((name) => userShown(ground, name, false)) }];
}

function putUser(ground: V2Ground, request: HttpRequest, name: string): readonly [number, unknown] {
  const { auth } = ground.core.v2;
  const it = fieldsOf(request, 'user', name);
  const [roles, grant, revoke] = [asTexts(it['roles']), asTexts(it['grant']), asTexts(it['revoke'])];
  const password = asText(it['password']);
  let isNew = false;
  if (grant.length + revoke.length > 0) {
    if (roles.length > 0) throw new V2StatusRefusal(400, 'User JSON contains both roles and grant/revoke');
    auth.changeRoles(name, grant, revoke);
  } else if (roles.length > 0) auth.createUser(name, password, roles);
  else isNew = auth.putUser(name, password);
  const now = auth.rolesOf(name);
  return [isNew ? 201 : 200, { user: name, roles: isNew && now.length === 0 ? null : now }];
}

function putRole(ground: V2Ground, request: HttpRequest, name: string): readonly [number, unknown] {
  const { auth } = ground.core.v2;
  const it = fieldsOf(request, 'role', name);
  const [rights, grant, revoke] = [rightsIn(it['permissions']), rightsIn(it['grant']), rightsIn(it['revoke'])];
  if (isEmpty(grant) && isEmpty(revoke)) {
    auth.createRole(name, rights);
    return [201, roleShown(ground, name)];
  }
  if (!isEmpty(rights)) throw new V2StatusRefusal(400, 'Role JSON contains both permissions and grant/revoke');
  auth.changeRights(name, grant, revoke);
  return [200, roleShown(ground, name)];
}

/** @param strict whether a role that does not exist is refused, and not left out */
function userShown(ground: V2Ground, user: string, strict: boolean): object {
  const { auth } = ground.core.v2;
  const names = auth.rolesOf(user).filter((role) => strict || auth.hasRole(role));
  const roles = names.map((role) => roleShown(ground, role));
  return { user, ...(roles.length > 0 && { roles }) };
}

function roleShown({ core }: V2Ground, role: string): object {
  return { role, permissions: { kv: core.v2.auth.rights(role) } };
}

/** The fields of a body in JSON, which names what the path names. */
function fieldsOf({ body }: HttpRequest, what: 'user' | 'role', name: string): Readonly<Record<string, unknown>> {
  const fields = parsedJson(body.toString());
  if (fields === undefined) throw new V2StatusRefusal(400, 'Invalid JSON in request body.');
  if (fields[what] === name) return fields;
  const title = what === 'user' ? 'User' : 'Role';
  throw new V2StatusRefusal(400, `${title} JSON name does not match the name in the URL`);
}

function rightsIn(value: unknown): Rights {
  const kv = asObject(asObject(value)?.['kv']);
  return { read: asTexts(kv?.['read']), write: asTexts(kv?.['write']) };
}

function isEmpty({ read, write }: Rights): boolean {
  return read.length + write.length === 0;
}
