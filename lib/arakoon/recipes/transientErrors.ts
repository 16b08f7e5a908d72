import { isCoordinationError } from '../../core/errors.js';

/** What servers say while there is no master, or none of them has room, or one is behind. */
export const TRANSIENT_ERRORS: readonly string[] = [
  'NOT_MASTER',
  'NO_LONGER_MASTER',
  'GOING_DOWN',
  'MAX_CONNECTIONS',
  'INCONSISTENT_READ',
  'PROTOCOL',
];

/** Whether asking again later may help: servers could not be reached, or were busy with themselves. */
export function isTransient(error: unknown): boolean {
  return (
    isCoordinationError(error) &&
    ((error.layer === 'transport' && error.code !== 'ABORTED') || TRANSIENT_ERRORS.includes(error.code))
  );
}
