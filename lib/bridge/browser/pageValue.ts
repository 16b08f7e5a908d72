import type { Observable, Subject } from 'rxjs';
import type { Freshness } from '../../core/watched.js';

/** A value that a page shows. */
export interface PageValue {
  /** Its name and its parameters. */
  readonly asked: readonly [name: string, parameters: unknown];
  /** These, encoded. */
  readonly key: string;
  /** Emits the states that are shown. */
  readonly shown$: Subject<Freshness>;
  /** The same, for all subscribers: the line is open while there are some. */
  readonly shared$: Observable<Freshness>;
  /** The last state that the server has sent, and its tag. */
  state?: Freshness;
  tag?: string;
  /** The last state that was shown: the same object, or a stale copy while the server has not confirmed it. */
  shown?: Freshness;
}
