import { OPEN_ACL } from '../../../zookeeper/acl.js';
import { type Acl, Permission } from '../../../zookeeper/types.js';
import { Code, refuse } from '../refusal.js';
import type { Identity, Schemes } from './identity.js';

/** The identities of one connection, and their permissions. */
export class Credentials {
  readonly #schemes: Schemes;
  readonly #identities: Identity[] = [];

  /** @param schemes those that ACLs may use here */
  constructor(schemes: Schemes) {
    this.#schemes = schemes;
  }

  get identities(): readonly Identity[] {
    return this.#identities;
  }

  /** Refuses an operation that none of the identities may do. */
  check(acl: readonly Acl[], permission: number): void {
    if (!this.allow(acl, permission)) refuse(Code.noAuth);
  }

  allow(acl: readonly Acl[], permission: number): boolean {
    if (acl.length === 0) return true;
    for (const { permissions, scheme, id } of acl) {
      if ((permissions & permission) === 0) continue;
      if (scheme === 'world' && id === 'anyone') return true;
      const rules = this.#schemes.get(scheme);
      if (
        rules !== undefined &&
        this.#identities.some((identity) => identity.scheme === scheme && rules.matches(identity.id, id))
      )
        return true;
    }
    return this.#identities.some(({ scheme }) => scheme === 'super');
  }

  /** The ACL that a client asks for, as it is kept: without duplicates, and `auth` replaced by who the client is. */
  resolved(acl: readonly Acl[]): readonly Acl[] {
    // most nodes: one list for all
    if (acl.length === 1 && isWorld(acl[0]!)) return acl[0]!.permissions === Permission.ALL ? OPEN_ACL : acl;
    const asked = new Map(acl.map((entry) => [JSON.stringify([entry.permissions, entry.scheme, entry.id]), entry]));
    if (asked.size === 0) refuse(Code.invalidAcl);
    return [...asked.values()].flatMap((entry) => {
      if (isWorld(entry)) return [entry];
      if (entry.scheme !== 'auth')
        return this.#schemes.get(entry.scheme)?.isValid(entry.id) === true ? [entry] : refuse(Code.invalidAcl);
      // an address proves no identity
      const mine = this.#identities.filter(({ scheme }) => scheme !== 'ip' && this.#schemes.has(scheme));
      return mine.length === 0
        ? refuse(Code.invalidAcl)
        : mine.map(({ scheme, id }) => ({ permissions: entry.permissions, scheme, id }));
    });
  }

  /** Adds an identity that the connection has proved. */
  hold(scheme: string, id: string): void {
    if (!this.#identities.some((each) => each.scheme === scheme && each.id === id))
      this.#identities.push({ scheme, id });
  }
}

function isWorld({ scheme, id }: Acl): boolean {
  return scheme === 'world' && id === 'anyone';
}
