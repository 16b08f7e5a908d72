import type { Version } from '../../../zookeeper/types.js';

/** A create2 in a multi is answered as one (ZOOKEEPER-4026). First version with it, on each branch. */
export const CREATE2_RESULT_FIXED = [30702, 30802, 30900] as const;
/** Neither events nor `exists` tell a client about nodes that it may not read (CVE-2024-23944). */
export const WITHHOLDS_EVENTS = [30804, 30902] as const;

/** Whether a version has a fix that was made in several branches. */
export function hasFix(version: Version, fixed: readonly Version[]): boolean {
  const branch = (each: Version) => Math.floor(each / 100);
  return version >= fixed.at(-1)! || fixed.some((since) => version >= since && branch(version) === branch(since));
}
