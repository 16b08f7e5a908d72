import type { RolePermission } from '../../../etcd/v3/protocol/auth.js';
import { keyOf } from '../../host/keyOf.js';
import { type KeyRange, boundsOf } from '../store/keySpace.js';

/** The permissions of a role, in the order of their keys. */
export class Permissions {
  #all: readonly RolePermission[] = [];

  get all(): readonly RolePermission[] {
    return this.#all;
  }

  /** Adds one, in place of one for the same range. */
  grant(permission: RolePermission): void {
    this.#all = [...this.#all.filter((other) => !isSame(other, permission)), permission].sort((a, b) =>
      keyOf(a.key) < keyOf(b.key) ? -1 : 1
    );
  }

  /** Returns whether there was one. */
  revoke(range: KeyRange): boolean {
    const before = this.#all.length;
    this.#all = this.#all.filter((permission) => !isSame(permission, range));
    return this.#all.length < before;
  }
}

/** Whether permissions together cover a whole range. */
export function covers(permissions: readonly RolePermission[], kind: 'read' | 'write', range: KeyRange): boolean {
  const given = permissions
    .filter(({ permType }) => permType === kind || permType === 'readwrite')
    .map(boundsOf)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const [start, end] = boundsOf(range);
  let at = start;
  for (const [from, until] of given) {
    if (from > at) break; // a gap, and all others begin later
    if (until === undefined) return true;
    if (until > at) at = until;
    if (end !== undefined && at >= end) return true;
  }
  return false;
}

function isSame(a: KeyRange, b: KeyRange): boolean {
  return keyOf(a.key) === keyOf(b.key) && keyOf(a.rangeEnd) === keyOf(b.rangeEnd);
}
