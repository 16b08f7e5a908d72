import { UsageError } from '../../core/errors.js';
import { type Acl, Permission } from '../types.js';
import type { JuteReader } from './juteReader.js';
import type { JuteWriter } from './juteWriter.js';

const SMALLEST = 12; // permissions and two empty strings

/** Refuses lists that every server would, and entries that would mean nothing. */
export function checkAcl(acl: readonly Acl[], argument = 'acl'): void {
  if (!Array.isArray(acl) || acl.length === 0) throw new UsageError(argument, 'needs at least one entry');
  acl.forEach(({ permissions, scheme, id }: Acl, i) => {
    if (!Number.isInteger(permissions) || permissions < 1 || permissions > Permission.ALL) {
      throw new UsageError(`${argument}[${i}].permissions`, `must be a sum of Permission bits, 1 to 31, not ${permissions}`);
    }
    if (typeof scheme !== 'string' || scheme === '') throw new UsageError(`${argument}[${i}].scheme`, 'must not be empty');
    if (typeof id !== 'string') throw new UsageError(`${argument}[${i}].id`, 'must be a string');
  });
}

export function writeAcl(out: JuteWriter, acl: readonly Acl[]): void {
  out.int(acl.length);
  for (const { permissions, scheme, id } of acl) out.int(permissions).string(scheme).string(id);
}

export function readAcl(input: JuteReader): Acl[] {
  return Array.from({ length: input.count(SMALLEST) }, () => ({ permissions: input.int(), scheme: input.string(), id: input.string() }));
}
