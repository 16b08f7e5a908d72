import { type MonoTypeOperatorFunction, catchError, of, throwError } from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';

/** The report of a sweep. */
export interface SweepReport {
  /** Uploads that were looked at. */
  readonly uploads: number;
  /** Those that live: visible entries, and writers that give signs of life. */
  readonly live: number;
  /** Those that no entry needs any more, but that readers may still be reading. */
  readonly retired: number;
  /** Those whose slices were deleted, or would have been. */
  readonly removed: number;
  /** Slices that were deleted. */
  readonly slices: number;
  /** Entries that had run out, and were deleted, or would have been. */
  readonly expired: number;
  /** Uploads and entries that were left alone, because their record or their head could not be read. */
  readonly skipped: number;
}

/** A part of a report. */
export type Outcome = Partial<SweepReport>;

/** A report of nothing. */
export const NOTHING: SweepReport = { uploads: 0, live: 0, retired: 0, removed: 0, slices: 0, expired: 0, skipped: 0 };

/** Adds a part to a report. */
export function sum(report: SweepReport, outcome: Outcome): SweepReport {
  const added = { ...report } as Record<keyof SweepReport, number>;
  for (const key of Object.keys(NOTHING) as (keyof SweepReport)[]) added[key] += outcome[key] ?? 0;
  return added;
}

/** The codes of records and heads that cannot be read, or that have bytes of no client of a hive. */
const DAMAGE = ['PROTOCOL', 'CORRUPT', 'DENIED', 'BAD_VALUE', 'REPLY_TOO_LARGE'] as const;

/** Counts a record or a head that cannot be read: one that is damaged must not keep a sweep from the others. */
export function skippingDamage(): MonoTypeOperatorFunction<Outcome> {
  return catchError((error: unknown) => {
    const isDamage = DAMAGE.some((code) => isCoordinationError(error, code) && error.effect === 'none');
    return isDamage ? of<Outcome>({ skipped: 1 }) : throwError(() => error);
  });
}
