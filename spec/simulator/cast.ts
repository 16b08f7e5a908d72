import type { Actor, Law } from '../../lib/testing/index.js';
import * as acquisitions from './actors/acquisitions.js';
import * as arakoon from './actors/arakoon.js';
import * as barriers from './actors/barriers.js';
import * as combinations from './actors/combinations.js';
import * as copies from './actors/copies.js';
import * as counts from './actors/counts.js';
import * as elections from './actors/elections.js';
import * as endings from './actors/endings.js';
import * as events from './actors/events.js';
import * as goingOn from './actors/goingOn.js';
import * as groups from './actors/groups.js';
import * as impatience from './actors/impatience.js';
import * as large from './actors/large.js';
import * as leases from './actors/leases.js';
import * as locks from './actors/locks.js';
import * as partitions from './actors/partitions.js';
import * as queues from './actors/queues.js';
import * as requests from './actors/requests.js';
import * as timeLeases from './actors/timeLeases.js';
import * as trees from './actors/trees.js';
import * as values from './actors/values.js';

/**
 * A new recipe or store adds its file here, to those with whose actors its own meet, or to a line of its own: all
 * actors and all laws that a file exports take part.
 */
const FILES: readonly (readonly object[])[] = [
  [values, trees, events],
  [requests, impatience, copies],
  [locks, acquisitions],
  [elections, partitions, endings],
  [groups],
  [queues],
  [barriers],
  [counts, combinations, large],
  [arakoon, timeLeases],
  [goingOn, leases],
];
const exportedBy = (files: readonly object[]) => files.flatMap((file) => Object.values(file) as readonly unknown[]);

/** Those who take part, in groups: who is in one meets the others. */
export const GROUPS: readonly (readonly Actor[])[] = FILES.map((files) =>
  exportedBy(files).filter((each): each is Actor => typeof (each as Actor).start === 'function')
).filter((actors) => actors.length > 0);

/** Everybody who takes part. */
export const ACTORS: readonly Actor[] = GROUPS.flat();

/** Everything that must hold. */
export const LAWS: readonly Law[] = exportedBy(FILES.flat()).filter(
  (each): each is Law => typeof (each as Law).during === 'function' || typeof (each as Law).after === 'function'
);
