import { type Acl, Permission } from './types.js';

/** Anyone may do anything: the default of every create. */
export const OPEN_ACL: readonly Acl[] = [{ permissions: Permission.ALL, scheme: 'world', id: 'anyone' }];
/** Anyone may read. */
export const READ_ACL: readonly Acl[] = [{ permissions: Permission.READ, scheme: 'world', id: 'anyone' }];
/** The identities of this connection may do anything. */
export const CREATOR_ALL_ACL: readonly Acl[] = [{ permissions: Permission.ALL, scheme: 'auth', id: '' }];
