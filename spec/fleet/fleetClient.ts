import type { SchedulerLike } from 'rxjs';
import type { Ensemble } from './ensemble.js';
import type { Traffic } from './traffic.js';

/** What a client of the fleet is made of. */
export interface FleetClientParts {
  readonly ensemble: Ensemble;
  readonly clock: SchedulerLike;
  readonly random: () => number;
  /** The nodes that it watches. */
  readonly paths: readonly string[];
  /** Milliseconds. */
  readonly sessionTimeout: number;
}

/** A client that follows the data of some nodes. */
export interface FleetClient {
  readonly traffic: Traffic;
  /** Whether it is connected, and every value that it shows is the newest. */
  readonly whole: boolean;
  /** The data of a node as it shows it. */
  shown(path: string): string | undefined;
  close(): void;
}
