import type { Heads } from './heads/heads.js';
import type { HivePlaces } from './hiveStore.js';
import type { HiveSettings } from './options.js';
import type { CleanUps } from './upload/cleanUps.js';
import type { Records } from './upload/records.js';

/** The parts of a hive that write entries. */
export interface HiveGround<V> {
  readonly places: HivePlaces<V>;
  readonly heads: Heads<V>;
  readonly records: Records<V>;
  readonly cleanUps: CleanUps;
  readonly settings: HiveSettings;
}
