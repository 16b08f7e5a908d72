import { createHash } from 'node:crypto';
import { integer, text } from '../core/check.js';
import { UsageError } from '../core/errors.js';
import { type Acl, Permission } from './types.js';

/**
 * Who may do what with new nodes: a list for all of them, or a function of the path, which may say `undefined` for
 * {@link OPEN_ACL}.
 */
export type AclPolicy = readonly Acl[] | ((path: string) => readonly Acl[] | undefined);

/** Anyone may do anything: the default of every create. */
export const OPEN_ACL: readonly Acl[] = [{ permissions: Permission.ALL, scheme: 'world', id: 'anyone' }];
/** Anyone may read. */
export const READ_ACL: readonly Acl[] = [{ permissions: Permission.READ, scheme: 'world', id: 'anyone' }];
/** The identities of this connection may do anything. */
export const CREATOR_ALL_ACL: readonly Acl[] = [{ permissions: Permission.ALL, scheme: 'auth', id: '' }];

/**
 * An entry for those who present `user:password` with the scheme `digest`. The entry holds a hash and not the password.
 *
 * @example
 * ```ts
 * import { digestAcl, Permission, READ_ACL } from 'quorum-rx';
 *
 * const bob = digestAcl('bob', 'secret too', Permission.READ | Permission.WRITE);
 * const acl = [digestAcl('ann', 'secret'), bob, ...READ_ACL];
 * zk.create('/a', null, { acl }).subscribe();
 * ```
 *
 * @param permissions a sum of {@link Permission} bits; default all
 */
export function digestAcl(user: string, password: string, permissions: number = Permission.ALL): Acl {
  if (text('user', user) === '' || user.includes(':')) throw new UsageError('user', "must not be empty or contain ':'");
  text('password', password);
  integer('permissions', permissions, 0, Permission.ALL);
  // servers hash so unless `zookeeper.DigestAuthenticationProvider.digestAlg` says otherwise (3.7)
  const hash = createHash('sha1').update(`${user}:${password}`).digest('base64');
  return { permissions, scheme: 'digest', id: `${user}:${hash}` };
}
