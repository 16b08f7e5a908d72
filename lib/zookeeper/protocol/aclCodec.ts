import { integer, knownKeys } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';
import type { Acl } from '../types.js';
import type { JuteReader } from './juteReader.js';
import type { JuteWriter } from './juteWriter.js';

const [SMALLEST_INT, LARGEST_INT] = [-(2 ** 31), 2 ** 31 - 1];
const SMALLEST = 12; // permissions and two empty strings

/**
 * Refuses lists that every server would refuse, and entries of a wrong form. A list that a server has sent is always
 * accepted.
 */
export function checkAcl(acl: readonly Acl[], argument = 'acl'): void {
  if (!Array.isArray(acl) || acl.length === 0) throw new UsageError(argument, 'needs at least one entry');
  acl.forEach((entry: Acl, i) => {
    const { permissions, scheme, id } = knownKeys(`${argument}[${i}]`, entry, ['permissions', 'scheme', 'id']);
    // servers keep any, and 0 is "nothing"
    integer(`${argument}[${i}].permissions`, permissions, SMALLEST_INT, LARGEST_INT);
    if (typeof scheme !== 'string' || scheme === '')
      throw new UsageError(`${argument}[${i}].scheme`, 'must not be empty');
    if (typeof id !== 'string') throw new UsageError(`${argument}[${i}].id`, 'must be a string');
  });
}

export function writeAcl(out: JuteWriter, acl: readonly Acl[]): void {
  out.int(acl.length);
  for (const { permissions, scheme, id } of acl) out.int(permissions).string(scheme).string(id);
}

export function readAcl(input: JuteReader): Acl[] {
  return Array.from({ length: input.count(SMALLEST) }, () => ({
    permissions: input.int(),
    scheme: input.string(),
    id: input.string(),
  }));
}
