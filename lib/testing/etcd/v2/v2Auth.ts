import { V2StatusRefusal } from './v2StatusRefusal.js';

/** Patterns of keys that may be read and written. */
export interface Rights {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

interface User {
  readonly password: string;
  readonly roles: readonly string[];
}

const ALL: Rights = { read: ['/*'], write: ['/*'] };
const ROOT = 'root';
const GUEST = 'guest';
const refuse = (status: number, words: string) => new V2StatusRefusal(status, `auth: ${words}`);

/** Users and roles of the v2 API, which know nothing of those of version 3. */
export class V2Auth {
  enabled = false;
  readonly #users = new Map<string, User>();
  readonly #roles = new Map<string, Rights>();

  get userNames(): readonly string[] {
    return [...this.#users.keys()].sort();
  }

  get roleNames(): readonly string[] {
    return [ROOT, ...this.#roles.keys()].sort();
  }

  rolesOf(user: string): readonly string[] {
    return this.#user(user, `User ${user} does not exist.`).roles;
  }

  /** Whether there is a role of this name. */
  hasRole(role: string): boolean {
    return role === ROOT || this.#roles.has(role);
  }

  rights(role: string): Rights {
    return role === ROOT ? ALL : this.#role(role, `Role ${role} does not exist.`);
  }

  /** @returns whether it was created */
  putUser(name: string, password: string): boolean {
    const known = this.#users.get(name);
    if (known === undefined) {
      this.createUser(name, password, []);
      return true;
    }
    if (password === '') throw refuse(400, 'User not updated. Use grant/revoke/password to update the user.');
    this.#users.set(name, { ...known, password });
    return false;
  }

  createUser(name: string, password: string, roles: readonly string[]): void {
    if (password === '') throw refuse(400, `Cannot create user ${name} with an empty password`);
    if (this.#users.has(name)) throw refuse(409, `User ${name} already exists.`);
    this.#users.set(name, { password, roles: name === ROOT && !roles.includes(ROOT) ? [...roles, ROOT] : roles });
  }

  changeRoles(name: string, grant: readonly string[], revoke: readonly string[]): void {
    const user = this.#user(name, `User ${name} does not exist.`);
    const roles = new Set(user.roles);
    for (const role of grant) {
      if (roles.has(role)) throw refuse(409, `Granting duplicate role ${role} for user ${name}`);
      roles.add(role);
    }
    for (const role of revoke)
      if (!roles.delete(role)) throw refuse(409, `Revoking ungranted role ${role} for user ${name}`);
    this.#users.set(name, { ...user, roles: [...roles].sort() });
  }

  deleteUser(name: string): void {
    if (this.enabled && name === ROOT) throw refuse(403, 'Cannot delete root user while auth is enabled.');
    this.#user(name, `User ${name} does not exist`);
    this.#users.delete(name);
  }

  createRole(name: string, rights: Rights): void {
    this.#refuseRoot(name);
    if (this.#roles.has(name)) throw refuse(409, `Role ${name} already exists.`);
    this.#roles.set(name, rights);
  }

  changeRights(name: string, grant: Rights, revoke: Rights): void {
    this.#refuseRoot(name);
    const before = this.#role(name, `Role ${name} does not exist.`);
    const changed = (what: 'read' | 'write') => {
      const doubled = grant[what].find((pattern) => before[what].includes(pattern));
      if (doubled !== undefined) throw refuse(409, `Granting duplicate ${what} permission ${doubled}`);
      return [...before[what], ...grant[what]].filter((pattern) => !revoke[what].includes(pattern)).sort();
    };
    const rights = { read: changed('read'), write: changed('write') };
    if (rights.read.join() === before.read.join() && rights.write.join() === before.write.join())
      throw refuse(400, 'Role not updated. Use grant/revoke to update the role.');
    this.#roles.set(name, rights);
  }

  deleteRole(name: string): void {
    this.#refuseRoot(name);
    this.#role(name, `Role ${name} doesn't exist.`);
    this.#roles.delete(name);
  }

  enable(): void {
    if (this.enabled) throw refuse(409, 'already enabled');
    if (!this.#users.has(ROOT)) throw refuse(409, 'No root user available, please create one');
    if (!this.#roles.has(GUEST)) this.#roles.set(GUEST, ALL);
    this.enabled = true;
  }

  disable(): void {
    if (!this.enabled) throw refuse(409, 'already disabled');
    this.enabled = false;
  }

  /** Whether the header `Authorization` of a request is that of a user with the role `root`. */
  isRoot(authorization: string | undefined): boolean {
    return !this.enabled || this.#rolesFor(authorization).includes(ROOT);
  }

  /** Whether a request may read or write a key, and all below it if `recursive`. */
  permits(authorization: string | undefined, key: string, what: 'read' | 'write', recursive: boolean): boolean {
    if (!this.enabled) return true;
    if (authorization === undefined) return matches(this.#roles.get(GUEST)?.[what] ?? [], key, false);
    return this.#rolesFor(authorization).some(
      (role) => role === ROOT || matches(this.#roles.get(role)?.[what] ?? [], key, recursive)
    );
  }

  #rolesFor(authorization: string | undefined): readonly string[] {
    const [, encoded] = /^basic (.*)$/i.exec(authorization ?? '') ?? [];
    const [, name = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? [];
    const user = this.#users.get(name);
    return user?.password === password ? user.roles : [];
  }

  #user(name: string, words: string): User {
    const user = this.#users.get(name);
    if (user === undefined) throw refuse(404, words);
    return user;
  }

  #role(name: string, words: string): Rights {
    const rights = this.#roles.get(name);
    if (rights === undefined) throw refuse(404, words);
    return rights;
  }

  #refuseRoot(name: string): void {
    if (name === ROOT) throw refuse(403, `Cannot modify role ${name}: is root role.`);
  }
}

/** A pattern ends in `*`, or is a key; only one with `*` is about all below a key. */
function matches(patterns: readonly string[], key: string, recursive: boolean): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : !recursive && key === pattern
  );
}
