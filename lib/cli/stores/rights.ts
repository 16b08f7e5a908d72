import { UsageError } from '../../core/errors.js';

/** The rights of an identity, in the words of ZooKeeper's own tools: `cdrwa`. */
export interface Rights {
  readonly scheme: string;
  readonly id: string;
  readonly perms: string;
}

/** All rights at a node. */
export interface RightsAtNode {
  readonly rights: readonly Rights[];
  /** The number of the changes of the rights: `aversion` in ZooKeeper. */
  readonly version: string;
}

/** The rights of one identity. Throws a `UsageError` about letters that are none, or a digest with a password. */
export function checkedRight(argument: string, { scheme, id, perms }: Rights): Rights {
  if (scheme === '') throw new UsageError(argument, 'must have a scheme, such as world, auth, digest or ip');
  if (!/^[cdrwa]*$/.test(perms)) throw new UsageError(argument, 'must have the letters c, d, r, w and a only');
  if (scheme === 'digest' && !/^[^:]+:[A-Za-z0-9+/]{27}=$/.test(id))
    throw new UsageError(argument, 'of digest needs USER:HASH as its id, and never a password');
  return { scheme, id, perms };
}
