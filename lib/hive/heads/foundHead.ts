import type { Cell } from '../../core/contract.js';
import { situated } from '../../core/errors.js';
import type { KnownVersion } from './deletions.js';
import { type Head, decodeHead } from './head.js';
import { HiveError } from '../hiveError.js';

/** An entry, as its head tells of it. */
export interface FoundHead<V> extends KnownVersion<V> {
  readonly head: Head;
}

/** The head in a cell. Throws an error where it cannot be read. */
export function foundIn<V>(cell: Cell<V>, alias: string, operation: string): FoundHead<V> | undefined {
  if (cell.kind === 'present') return { head: headIn(cell.value, alias, operation), version: cell.version };
  if (cell.kind === 'absent') return undefined;
  if (cell.kind === 'denied') throw new HiveError('DENIED', alias, operation);
  throw situated(cell.error, { path: alias, operation });
}

function headIn(bytes: Uint8Array, alias: string, operation: string): Head {
  try {
    return decodeHead(bytes);
  } catch (cause) {
    throw new HiveError('CORRUPT', alias, operation, { words: (cause as Error).message, cause });
  }
}
