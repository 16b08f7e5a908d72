import { UsageError } from '../../../core/errors.js';
import { checkPath } from '../../path.js';

/** Refuses, with a {@link UsageError}, text that cannot be the name of one node. */
export function checkName(name: string, argument: string): void {
  if (typeof name !== 'string' || name === '' || name.includes('/'))
    throw new UsageError(argument, "must be the name of one node, not empty and without '/'");
  checkPath(`/${name}`, argument);
}
