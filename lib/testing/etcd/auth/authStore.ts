import type { SchedulerLike } from 'rxjs';
import type { RolePermission } from '../../../etcd/v3/protocol/auth.js';
import { Refusals } from '../etcdRefusal.js';
import type { KeyRange } from '../store/keySpace.js';
import { Permissions, covers } from './permissions.js';
import { Tokens } from './tokens.js';

const ROOT = 'root';

interface User {
  /** `undefined`: it cannot log in by a password. */
  password: string | undefined;
  readonly roles: Set<string>;
}

/** Users, roles and tokens. Whoever asks is a user by name; `undefined` without a token. */
export class AuthStore {
  readonly users = new Map<string, User>();
  readonly roles = new Map<string, Permissions>();
  readonly tokens: Tokens;
  readonly #strict: boolean;
  #enabled = false;
  /** Counts changes, as `auth status` shows it. */
  #revision = 1;

  /**
   * @param tokenTtl milliseconds
   * @param strict whether a token that is not good is refused also while there is no authentication
   */
  constructor(scheduler: SchedulerLike, tokenTtl: number, strict: boolean) {
    this.#strict = strict;
    this.tokens = new Tokens(scheduler, tokenTtl);
  }

  get enabled(): boolean {
    return this.#enabled;
  }

  get revision(): number {
    return this.#revision;
  }

  enable(): void {
    if (this.#enabled) return;
    const root = this.users.get(ROOT);
    if (root === undefined) throw Refusals.noRootUser;
    if (!root.roles.has(ROOT)) throw Refusals.noRootRole;
    this.#enabled = true;
    this.#revision++;
  }

  /** Makes the user `root` with this password, and enables authentication. */
  enableWith(password: string): void {
    this.addUser(ROOT, password);
    this.grantRole(ROOT, ROOT);
    this.enable();
  }

  disable(): void {
    if (!this.#enabled) return;
    this.#enabled = false;
    this.tokens.end();
    this.#revision++;
  }

  /** Gives out a token. */
  authenticate(name: string, password: string, index: number): string {
    if (!this.#enabled) throw Refusals.authNotEnabled;
    const user = this.users.get(name);
    if (user?.password === undefined || user.password !== password) throw Refusals.authFailed;
    return this.tokens.give(name, index);
  }

  addUser(name: string, password: string | undefined): void {
    if (name === '') throw Refusals.userEmpty;
    if (this.users.has(name)) throw Refusals.userExists;
    this.users.set(name, { password, roles: new Set() });
    this.#revision++;
  }

  user(name: string): User {
    const user = this.users.get(name);
    if (user === undefined) throw Refusals.userNotFound;
    return user;
  }

  deleteUser(name: string): void {
    if (this.#enabled && name === ROOT) throw Refusals.invalidAuthManagement;
    this.user(name);
    this.users.delete(name);
    this.tokens.end(name);
    this.#revision++;
  }

  changePassword(name: string, password: string): void {
    this.user(name).password = password;
    this.tokens.end(name);
    this.#revision++;
  }

  grantRole(name: string, role: string): void {
    const user = this.user(name);
    if (role !== ROOT) this.role(role);
    user.roles.add(role);
    this.#revision++;
  }

  revokeRole(name: string, role: string): void {
    if (this.#enabled && name === ROOT && role === ROOT) throw Refusals.invalidAuthManagement;
    if (!this.user(name).roles.delete(role)) throw Refusals.roleNotGranted;
    this.#revision++;
  }

  addRole(name: string): void {
    if (name === '') throw Refusals.roleEmpty;
    if (this.roles.has(name)) throw Refusals.roleExists;
    this.roles.set(name, new Permissions());
    this.#revision++;
  }

  role(name: string): Permissions {
    const role = this.roles.get(name);
    if (role === undefined) throw Refusals.roleNotFound;
    return role;
  }

  deleteRole(name: string): void {
    if (this.#enabled && name === ROOT) throw Refusals.invalidAuthManagement;
    this.role(name);
    this.roles.delete(name);
    for (const [user, { roles }] of this.users) if (roles.delete(name)) this.tokens.end(user);
    this.#revision++;
  }

  grantPermission(name: string, permission: RolePermission | undefined): void {
    if (permission === undefined) throw Refusals.permissionNotGiven;
    this.role(name).grant(permission);
    this.#revision++;
  }

  revokePermission(name: string, range: KeyRange): void {
    if (!this.role(name).revoke(range)) throw Refusals.permissionNotGranted;
    this.#revision++;
  }

  /** The user of a token. A token that is not good is refused. */
  userOf(token: string | undefined): string | undefined {
    if (token === undefined || !(this.#enabled || this.#strict)) return undefined;
    const user = this.tokens.userOf(token);
    if (user === undefined) throw Refusals.invalidToken;
    return user;
  }

  /** Refuses a user that may not read, or write, all keys of a range. */
  permit(user: string | undefined, kind: 'read' | 'write', range: KeyRange): void {
    if (!this.#enabled) return;
    if (user === undefined) throw Refusals.userEmpty;
    const roles = this.users.get(user)?.roles ?? new Set();
    if (roles.has(ROOT)) return;
    const given = [...roles].flatMap((role) => this.roles.get(role)?.all ?? []);
    if (!covers(given, kind, range)) throw Refusals.permissionDenied;
  }

  /** Refuses a user that is no administrator. */
  permitAdmin(user: string | undefined): void {
    if (!this.isAdmin(user)) throw user === undefined ? Refusals.userEmpty : Refusals.permissionDenied;
  }

  isAdmin(user: string | undefined): boolean {
    return !this.#enabled || (user !== undefined && this.users.get(user)?.roles.has(ROOT) === true);
  }
}
