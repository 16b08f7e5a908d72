import type { RequestFilter } from '../../client/requestFilter.js';
import type { Settings } from '../options.js';
import type { Exchange, Origin } from '../session/exchange.js';
import type { Session } from '../session/session.js';
import type { WatchCells } from '../watch/watchCells.js';
import type { Closing } from './closing.js';
import type { UserWatches } from './userWatches.js';

/** The parts that all views of one session share. */
export interface Base {
  readonly session: Session;
  readonly settings: Settings;
  /** The exchange without chroot and defaults, with these filters. */
  readonly exchange: Exchange;
  readonly filters: readonly RequestFilter[];
  readonly origin: Origin;
  readonly cells: WatchCells;
  readonly pins: UserWatches;
  readonly closing: Closing;
}
