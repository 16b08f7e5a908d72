import type { ConnectOptions } from '../../lib/index.js';
import type { Actor, Law, SimulatedFault } from '../../lib/testing/index.js';
import * as acquisitions from './actors/acquisitions.js';
import * as arakoon from './actors/arakoon.js';
import * as barriers from './actors/barriers.js';
import * as combinations from './actors/combinations.js';
import * as copies from './actors/copies.js';
import * as counts from './actors/counts.js';
import * as crowds from './actors/crowds.js';
import { SMALL_REQUEST } from './actors/crowds.js';
import * as elections from './actors/elections.js';
import * as endings from './actors/endings.js';
import * as events from './actors/events.js';
import * as goingOn from './actors/goingOn.js';
import * as groups from './actors/groups.js';
import * as impatience from './actors/impatience.js';
import * as large from './actors/large.js';
import { SMALL_REPLY } from './actors/large.js';
import * as leases from './actors/leases.js';
import * as locks from './actors/locks.js';
import * as partitions from './actors/partitions.js';
import * as queues from './actors/queues.js';
import * as requests from './actors/requests.js';
import * as timeLeases from './actors/timeLeases.js';
import * as trees from './actors/trees.js';
import * as values from './actors/values.js';

/** Files whose actors meet. */
interface Files {
  readonly files: readonly object[];
  /** The kinds of faults that are hardest for them: some runs have no others. */
  readonly hardships: readonly SimulatedFault[];
  /** Options of clients that they are about. Default: drawn for each run. */
  readonly client?: ConnectOptions;
}

/** A new recipe or store adds its file here, or a line: all actors and all laws that a file exports take part. */
const FILES: readonly Files[] = [
  { files: [values, trees, events], hardships: ['error', 'ambush', 'end', 'relapse'] },
  { files: [crowds], hardships: ['relapse', 'ambush'], client: { maxRequestBytes: SMALL_REQUEST } },
  { files: [requests, impatience, copies], hardships: ['lose', 'outage', 'ambush'] },
  { files: [locks, acquisitions], hardships: ['slow', 'delay', 'lose'] },
  { files: [elections, partitions, endings], hardships: ['slow', 'delay', 'relapse', 'end'] },
  { files: [groups], hardships: ['expire', 'relapse', 'end'] },
  { files: [queues], hardships: ['lose', 'ambush', 'end'] },
  { files: [barriers], hardships: ['slow', 'busy', 'cut'] },
  { files: [counts, combinations], hardships: ['words', 'cut', 'lose'] },
  { files: [large], hardships: ['cut', 'lose'], client: { maxRequestBytes: 1_048_575, maxReplyBytes: SMALL_REPLY } },
  { files: [arakoon, timeLeases], hardships: ['ambush', 'master', 'freezeNode'] },
];

/** Those who meet, and what is hardest for them. */
export interface Group extends Omit<Files, 'files'> {
  readonly actors: readonly Actor[];
}
export const GROUPS: readonly Group[] = FILES.map(({ files, ...rest }) => ({
  ...rest,
  actors: actorsOf(files),
}));

/** Everybody who takes part. */
export const ACTORS: readonly Actor[] = [...new Set(GROUPS.flatMap(({ actors }) => actors))];

/** Everything that must hold. */
export const LAWS: readonly Law[] = lawsOf([goingOn, leases, ...new Set(FILES.flatMap(({ files }) => files))]);

/** The actors that files export. */
export function actorsOf(files: readonly object[]): readonly Actor[] {
  return exportedBy(files).filter((each): each is Actor => typeof (each as Actor).start === 'function');
}

/** The laws that files export. */
export function lawsOf(files: readonly object[]): readonly Law[] {
  return exportedBy(files).filter(
    (each): each is Law => typeof (each as Law).during === 'function' || typeof (each as Law).after === 'function'
  );
}

function exportedBy(files: readonly object[]): readonly unknown[] {
  return files.flatMap((file) => Object.values(file) as readonly unknown[]);
}
