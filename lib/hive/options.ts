import { type SchedulerLike, asyncScheduler } from 'rxjs';
import { clock, duration, integer, knownKeys } from '../core/check.js';
import type { Cells } from '../core/contract.js';
import { HEADS } from './hiveStore.js';

/** The sizes and times of a hive. */
export interface HiveOptions {
  /**
   * Bytes of content up to which an entry is one cell. Default 256 KiB; at most the longest value of the store, less
   * 16 KiB.
   */
  readonly inlineBytes?: number;
  /** Bytes of one slice of a larger entry. Default 512 KiB; at most the longest value of the store. */
  readonly sliceBytes?: number;
  /**
   * Bytes of the largest entry. Every byte is written to the log of every member of the store, and some stores keep all
   * of it in memory. Default 64 MiB; at most as many slices as one cell can describe, some 180,000.
   */
  readonly maxObjectBytes?: number;
  /**
   * Bytes of the longest alias, in UTF-8. Default 1,000; at most those of the store's longest key, less 2: 1,022 in
   * ZooKeeper, etcd and Arakoon.
   */
  readonly maxAliasBytes?: number;
  /** Slices that are under way at a time. Default 8. */
  readonly window?: number;
  /**
   * Milliseconds that slices stay when their entry has been replaced, so that readers can finish; and after which a
   * writer without a sign of life is taken for dead. Default 5 minutes.
   */
  readonly grace?: number;
  /** Clock and timers. The clock is that of the calendar, because entries run out by it. */
  readonly scheduler?: SchedulerLike;
}

export type HiveSettings = Required<HiveOptions>;

const KIB = 1024;
/** The names of the options. */
export const HIVE_OPTIONS: readonly (keyof HiveOptions)[] = [
  ...(['inlineBytes', 'sliceBytes', 'maxObjectBytes', 'maxAliasBytes', 'window', 'grace', 'scheduler'] as const),
];
/** Bytes of the longest alias, unless it is an option. */
const LONGEST_ALIAS = 1000;
/** Room for the description of an entry, in the cell that has it. */
const DESCRIPTION = 16 * KIB;
/** Bytes of the description for each slice: its CRC-32 in base64. */
const EACH_SLICE = 16 / 3;

/** Bytes of the longest value and of the longest key of a store. */
type Longest = Pick<Cells<unknown>, 'maxValueBytes' | 'maxKeyBytes'>;

/** Fills in the defaults. Throws a `UsageError` that names the option at fault. */
export function hiveSettings(options: HiveOptions, { maxValueBytes, maxKeyBytes }: Longest): HiveSettings {
  const o = knownKeys('options', options, HIVE_OPTIONS);
  const largest = maxValueBytes - DESCRIPTION;
  const sliceBytes = integer(
    'options.sliceBytes',
    o.sliceBytes ?? Math.min(512 * KIB, maxValueBytes),
    1,
    maxValueBytes
  );
  const longest = maxKeyBytes - HEADS.length;
  const most = sliceBytes * Math.floor(largest / EACH_SLICE);
  return {
    inlineBytes: integer('options.inlineBytes', o.inlineBytes ?? Math.min(256 * KIB, largest), 0, largest),
    sliceBytes,
    maxObjectBytes: integer('options.maxObjectBytes', o.maxObjectBytes ?? Math.min(64 * KIB * KIB, most), 1, most),
    maxAliasBytes: integer('options.maxAliasBytes', o.maxAliasBytes ?? Math.min(LONGEST_ALIAS, longest), 1, longest),
    window: integer('options.window', o.window ?? 8, 1, 1000),
    grace: duration('options.grace', o.grace ?? 5 * 60_000),
    scheduler: clock('options.scheduler', o.scheduler ?? asyncScheduler),
  };
}
