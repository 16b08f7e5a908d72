import { Subject } from 'rxjs';
import type { WatchedPath } from './watchedPath.js';

/** The state of the watches of one link. */
export class LinkWatches {
  /** Whether the server turned out to have no persistent watches. */
  oneShotOnly = false;
  /** Whether all watches stand again: until then a reply says nothing of the nodes whose turn has not come. */
  caughtUp = false;
  /** Paths that the server refuses to watch. */
  readonly refused$ = new Subject<WatchedPath>();
}
