import type { Subject } from 'rxjs';
import type { Freshness } from '../../core/watched.js';

/** A value that a page shows. */
export interface PageValue {
  readonly name: string;
  readonly parameters: unknown;
  /** Emits the states that are shown. */
  readonly shown$: Subject<Freshness>;
  readonly forget: () => void;
  /** The last state that the server has sent, and its tag. */
  state?: Freshness;
  tag?: string;
  /** Whether the server stands by that state on the line as it is now. */
  confirmed: boolean;
}
