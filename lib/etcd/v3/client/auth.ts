import type { Observable } from 'rxjs';
import type { CallOptions } from '../../../client/callOptions.js';
import type { KeyRange } from './keyValue.js';

/** What a role may do with some keys. */
export interface Permission<K = string> {
  readonly access: Access;
  readonly keys: K | KeyRange<K>;
}

/** What a permission allows. */
export type Access = 'read' | 'write' | 'readwrite';

/** The permissions of a role. */
export interface RolePermissions<K = string> {
  readonly permissions: readonly Permission<K>[];
  /** How many permissions there are for keys that are not all inside of the namespace. */
  readonly others: number;
}

/** The users of a cluster. */
export interface Users {
  /**
   * Adds a user. **Errors** with `USER_EXISTS`.
   *
   * @param password `null` for a user who logs in with a certificate of TLS only
   */
  add(name: string, password: string | null, options?: CallOptions): Observable<void>;
  /** The roles of a user. **Errors** with `USER_NOT_FOUND`. */
  get(name: string, options?: CallOptions): Observable<readonly string[]>;
  /** The names of all users. */
  list(options?: CallOptions): Observable<readonly string[]>;
  /** Deletes a user, whose tokens end. **Errors** with `USER_NOT_FOUND`. */
  delete(name: string, options?: CallOptions): Observable<void>;
  /** Changes a password. The tokens of the user end. **Errors** with `USER_NOT_FOUND`. */
  changePassword(name: string, password: string, options?: CallOptions): Observable<void>;
  /** Gives a user a role. **Errors** with `USER_NOT_FOUND` and `ROLE_NOT_FOUND`. */
  grantRole(name: string, role: string, options?: CallOptions): Observable<void>;
  /** Takes a role away. **Errors** with `ROLE_NOT_GRANTED`. */
  revokeRole(name: string, role: string, options?: CallOptions): Observable<void>;
}

/** The roles of a cluster. Their keys are those of the view: of its codec, and inside of its namespace. */
export interface Roles<K = string> {
  /** Adds a role, which has no permissions. **Errors** with `ROLE_EXISTS`. */
  add(name: string, options?: CallOptions): Observable<void>;
  /** The permissions of a role. **Errors** with `ROLE_NOT_FOUND`. */
  get(name: string, options?: CallOptions): Observable<RolePermissions<K>>;
  /** The names of all roles. */
  list(options?: CallOptions): Observable<readonly string[]>;
  /** Deletes a role, which all users lose. **Errors** with `ROLE_NOT_FOUND`. */
  delete(name: string, options?: CallOptions): Observable<void>;
  /** Allows access to a key, or to a range. It replaces the access that the role has to exactly these keys. */
  grantPermission(name: string, access: Access, keys: K | KeyRange<K>, options?: CallOptions): Observable<void>;
  /** Takes a permission away, for exactly the keys that were granted. **Errors** with `PERMISSION_NOT_GRANTED`. */
  revokePermission(name: string, keys: K | KeyRange<K>, options?: CallOptions): Observable<void>;
}

/**
 * Users, roles and permissions. Each method **emits** one value and completes. A change is sent once: after an error
 * with the effect `'unknown'`, it may have been done.
 *
 * @example
 * ```ts
 * import { concat } from 'rxjs';
 *
 * const { auth } = etcd.with({ namespace: 'app/' });
 * concat(
 *   auth.users.add('app', 'its password'),
 *   auth.roles.add('app'),
 *   auth.roles.grantPermission('app', 'readwrite', { prefix: '' }),
 *   auth.users.grantRole('app', 'app')
 * ).subscribe();
 * ```
 */
export interface Auth<K = string> {
  readonly users: Users;
  readonly roles: Roles<K>;
  /**
   * Begins to ask for users. **Errors** with `NO_ROOT_USER` and `NO_ROOT_ROLE` when there is no user `root` with the
   * role `root`.
   */
  enable(options?: CallOptions): Observable<void>;
  /** Lets everybody in again. */
  disable(options?: CallOptions): Observable<void>;
  /** Whether users are asked for, and how often users and roles have changed. Needs 3.5. */
  status(options?: CallOptions): Observable<{ readonly enabled: boolean; readonly revision: number }>;
}
