import {
  EMPTY,
  type Observable,
  catchError,
  concat,
  concatMap,
  defer,
  forkJoin,
  from,
  ignoreElements,
  map,
  mergeMap,
  of,
  throwError,
} from 'rxjs';
import type { CallOptions } from '../../../../client/callOptions.js';
import { text } from '../../../../core/check.js';
import { isCoordinationError } from '../../../../core/errors.js';
import type { Access, Permission } from '../../../v3/client/auth.js';
import type { Etcd } from '../../../v3/client/etcd.js';
import type { EtcdV2Permissions, EtcdV2Role, EtcdV2User } from '../../types.js';
import { type AuthV2, nameOf, namesOf, rightsOf } from '../auth.js';
import { refusedWith, unsupported } from './asV2.js';

type Call = <T>(
  operation: string,
  options: CallOptions | undefined,
  ask: (options: CallOptions) => Observable<T>
) => Observable<T>;

const ROOT = 'root';

/** Users and roles, over those of version 3. A change of several rights is one request for each. */
export function v3Users({ auth }: Pick<Etcd<string, string>, 'auth'>, call: Call): AuthV2 {
  const { users, roles } = auth;
  const user = (name: string, o: CallOptions): Observable<EtcdV2User> =>
    users.get(name, o).pipe(map((all) => ({ user: name, roles: [...all].sort() })));
  const role = (name: string, o: CallOptions): Observable<EtcdV2Role> =>
    roles.get(name, o).pipe(map(({ permissions }) => ({ role: name, ...patternsOf(permissions) })));
  const grant = (name: string, pattern: string, access: Access, o: CallOptions) =>
    roles.grantPermission(name, access, keysOf(pattern), o);
  /** Takes all changes, one after the other. */
  const each = <T>(list: readonly T[], change: (it: T) => Observable<unknown>): Observable<void> =>
    concat(from(list).pipe(concatMap(change), ignoreElements()), of(undefined));
  const changed = (
    operation: string,
    name: string,
    rights: Partial<EtcdV2Permissions>,
    isGrant: boolean,
    o: CallOptions
  ): Observable<void> =>
    role(name, o).pipe(
      mergeMap((before) => {
        const { read, write } = rightsOf(rights);
        const doubled = (['read', 'write'] as const).flatMap((what) =>
          (what === 'read' ? read : write)
            .filter((pattern) => before[what].includes(pattern))
            .map((pattern) => `Granting duplicate ${what} permission ${pattern}`)
        );
        if (isGrant && doubled.length > 0) throw refusedWith(409, doubled[0]!, { operation });
        if (!isGrant && doubled.length === 0) throw refusedWith(400, 'Role not updated.', { operation });
        const has = (list: readonly string[], given: readonly string[], pattern: string) =>
          isGrant
            ? list.includes(pattern) || given.includes(pattern)
            : list.includes(pattern) && !given.includes(pattern);
        return each([...new Set([...read, ...write])], (pattern) => {
          const access = accessOf(has(before.read, read, pattern), has(before.write, write, pattern));
          if (access !== undefined) return grant(name, pattern, access, o);
          return before.read.includes(pattern) || before.write.includes(pattern)
            ? roles.revokePermission(name, keysOf(pattern), o)
            : EMPTY;
        });
      })
    );

  return {
    enabled: (options) =>
      call('auth.enabled', options, (o) =>
        auth.status(o).pipe(
          map(({ enabled }) => enabled),
          catchError((error: unknown) =>
            throwError(() =>
              isCoordinationError(error, 'UNIMPLEMENTED')
                ? unsupported('version 3 tells it from 3.5 on', { operation: 'auth.enabled', cause: error })
                : error
            )
          )
        )
      ),
    enable: (options) => call('auth.enable', options, (o) => auth.enable(o)),
    disable: (options) => call('auth.disable', options, (o) => auth.disable(o)),

    users: (options) =>
      call('auth.users', options, (o) => users.list(o).pipe(mergeMap((names) => all(names, (name) => user(name, o))))),
    getUser: (name, options) => call('auth.getUser', options, (o) => user(checkedName('user', name), o)),
    putUser: (name, password, options) =>
      call('auth.putUser', options, (o) => {
        checkedName('user', name);
        text('password', password);
        const put$ = users
          .add(name, password, o)
          .pipe(unless('USER_EXISTS', () => users.changePassword(name, password, o)));
        if (name !== ROOT) return put$;
        // as version 2 does
        const added$ = roles.add(ROOT, o).pipe(unless('ROLE_EXISTS', () => of(undefined)));
        return each([put$, added$, users.grantRole(ROOT, ROOT, o)], (step$) => step$);
      }),
    grantRoles: (name, names, options) =>
      call('auth.grantRoles', options, (o) =>
        user(checkedName('user', name), o).pipe(
          mergeMap((before) => {
            const twice = namesOf('roles', names).find((one) => before.roles.includes(one));
            if (twice === undefined) return each(names, (one) => users.grantRole(name, one, o));
            throw refusedWith(409, `Granting duplicate role ${twice} for user ${name}`, {
              operation: 'auth.grantRoles',
            });
          })
        )
      ),
    revokeRoles: (name, names, options) =>
      call('auth.revokeRoles', options, (o) => {
        checkedName('user', name);
        return each(namesOf('roles', names), (one) => users.revokeRole(name, one, o));
      }),
    deleteUser: (name, options) => call('auth.deleteUser', options, (o) => users.delete(checkedName('user', name), o)),

    roles: (options) =>
      call('auth.roles', options, (o) => roles.list(o).pipe(mergeMap((names) => all(names, (name) => role(name, o))))),
    getRole: (name, options) => call('auth.getRole', options, (o) => role(checkedName('role', name), o)),
    createRole: (name, rights, options) =>
      call('auth.createRole', options, (o) => {
        const { read, write } = rightsOf(rights);
        const patterns = [...new Set([...read, ...write])];
        return roles.add(checkedName('role', name), o).pipe(
          mergeMap(() => each(patterns, (it) => grant(name, it, accessOf(read.includes(it), write.includes(it))!, o))),
          map(() => ({ role: name, read, write }))
        );
      }),
    grantPermissions: (name, rights, options) =>
      call('auth.grantPermissions', options, (o) =>
        changed('auth.grantPermissions', checkedName('role', name), rights, true, o)
      ),
    revokePermissions: (name, rights, options) =>
      call('auth.revokePermissions', options, (o) =>
        changed('auth.revokePermissions', checkedName('role', name), rights, false, o)
      ),
    deleteRole: (name, options) => call('auth.deleteRole', options, (o) => roles.delete(checkedName('role', name), o)),
  };
}

/** Another way after one certain refusal. */
function unless(code: 'USER_EXISTS' | 'ROLE_EXISTS', other: () => Observable<void>) {
  return (value$: Observable<void>): Observable<void> =>
    value$.pipe(
      catchError((error: unknown) => (isCoordinationError(error, code) ? defer(other) : throwError(() => error)))
    );
}

function all<T>(names: readonly string[], get: (name: string) => Observable<T>): Observable<readonly T[]> {
  return names.length === 0 ? of([]) : forkJoin([...names].sort().map(get));
}

/** A pattern of version 2 as keys of version 3: it is a key, or ends in `*`. */
function keysOf(pattern: string): Permission['keys'] {
  return pattern.endsWith('*') ? { prefix: pattern.slice(0, -1) } : pattern;
}

/** Rights as patterns. Ranges that are neither a key nor a prefix have none. */
function patternsOf(permissions: readonly Permission[]): EtcdV2Permissions {
  const patterns = permissions.flatMap(({ access, keys }) => {
    if (typeof keys === 'string') return [{ access, pattern: keys }];
    return keys.prefix === undefined ? [] : [{ access, pattern: `${keys.prefix}*` }];
  });
  const having = (other: Access) => patterns.filter(({ access }) => access !== other).map(({ pattern }) => pattern);
  return { read: having('write').sort(), write: having('read').sort() };
}

function accessOf(read: boolean, write: boolean): Access | undefined {
  return read ? (write ? 'readwrite' : 'read') : write ? 'write' : undefined;
}

function checkedName(argument: string, name: string): string {
  nameOf(argument, name);
  return name;
}
