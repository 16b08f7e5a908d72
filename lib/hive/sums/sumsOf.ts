import { HiveError } from '../hiveError.js';
import type { ContentSums } from './contentSums.js';
import { LateSums } from './lateSums.js';
import { OwnSums } from './ownSums.js';
import type { SummingThread } from './summingThread.js';
import { ThreadSums } from './threadSums.js';

/** A content of more bytes has its sums made by a thread: 5 ms of work, and to begin a thread takes some 30 ms. */
const LARGE = 4 * 1024 * 1024;
/** Slices of fewer bytes are not worth a message to a thread each. */
const LEAST_SLICE = 64 * 1024;

/** A content whose sums are to be made. */
export interface SumsPlan {
  /** Bytes of the content; `undefined` where they are not known yet. */
  readonly size: number | undefined;
  readonly sliceSize: number;
  /** Whether a SHA-256 is wanted too. Default `true`. */
  readonly isWhole?: boolean;
  /** The entry and the call, for an error. */
  readonly alias: string;
  readonly operation: string;
}

/** Sums that a thread makes if the content is large, and this thread if it is small. */
export function sumsOf(thread: SummingThread, plan: SumsPlan): ContentSums {
  const { size, sliceSize, isWhole = true, alias, operation } = plan;
  const lost = (cause: unknown) => new HiveError('SUMS_LOST', alias, operation, { cause });
  const small = () => new OwnSums(isWhole);
  const large = () => {
    const sums = new ThreadSums(thread, sliceSize, lost);
    return sums.begin(isWhole) ? sums : small();
  };
  if (sliceSize < LEAST_SLICE) return small();
  if (size === undefined) return new LateSums(LARGE, large, small);
  return size > LARGE ? large() : small();
}
