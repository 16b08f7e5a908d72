/**
 * A hive: named entries of any size, objects or bytes, on a quorum store.
 *
 * @module
 */
export type { Outcome, Outcomes } from '../core/outcome.js';
export { json } from './codecs/codecs.js';
export type { CacheUsage } from './cache/contentCache.js';
export { type NearCache, type NearCacheOptions, nearCache } from './cache/nearCache.js';
export { type CompressedOptions, compressed } from './codecs/compressed.js';
export { encrypted } from './codecs/encrypted.js';
export { type HiveCodec, raw, text } from './codecs/hiveCodec.js';
export { objects } from './codecs/objects.js';
export { type CopyHiveOptions, type CopyHiveProgress, copyHive } from './copyHive.js';
export type { ByteRange } from './content/download.js';
export { hive, rawHive } from './hive.js';
export { HiveError, type HiveErrorCode } from './hiveError.js';
export type { HiveCells, HiveStore } from './hiveStore.js';
export { type MemoryCells, MemoryStore } from './memoryStore.js';
export type { AnyHive, MemoryOptions, OpenHiveOptions, OpenedHive, WatchableHive } from './open/openHive.js';
export { openHive } from './open/openHive.js';
export type { HiveOptions } from './options.js';
export type { HiveSource } from './upload/slicedSource.js';
export type { SweepReport } from './sweeping/sweepReport.js';
export type { Hive, HiveOf } from './api/hive.js';
export type { HiveBatches } from './api/hiveBatches.js';
export type { HiveReads } from './api/hiveReads.js';
export type { HiveTransfers } from './api/hiveTransfers.js';
export type { HiveUpkeep } from './api/hiveUpkeep.js';
export type { HiveWrites } from './api/hiveWrites.js';
export type { HivePrefixWatching, HiveWatching } from './api/hiveWatching.js';
export type {
  DownloadOptions,
  EntryFacts,
  Modified,
  SwapResult,
  SweeperOptions,
  UploadOptions,
  VersionOption,
  WatchedEntries,
  WriteOptions,
} from './types.js';
export type { UploadProgress } from './upload/uploadPlan.js';
