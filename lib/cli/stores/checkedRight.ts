import { UsageError } from '../../core/errors.js';
import type { Rights } from './treeStore.js';

/** The rights of one identity. Throws a `UsageError` about letters that are none, or a digest with a password. */
export function checkedRight(argument: string, { scheme, id, perms }: Rights): Rights {
  if (scheme === '') throw new UsageError(argument, 'must have a scheme, such as world, auth, digest or ip');
  if (!/^[cdrwa]*$/.test(perms)) throw new UsageError(argument, 'must have the letters c, d, r, w and a only');
  if (scheme === 'digest' && !/^[^:]+:[A-Za-z0-9+/]{27}=$/.test(id))
    throw new UsageError(argument, 'of digest needs USER:HASH as its id, and never a password');
  return { scheme, id, perms };
}
