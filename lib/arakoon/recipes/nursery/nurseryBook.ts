import { type Observable, ReplaySubject, share } from 'rxjs';
import type { NurseryConfig } from '../../protocol/nurseryConfig.js';

/** What the keeper last said of its nursery: asked when it is first needed, and again when it was proved old. */
export class NurseryBook {
  readonly #asked$: Observable<NurseryConfig>;
  #config$: Observable<NurseryConfig>;

  /** @param asked$ asks the keeper */
  constructor(asked$: Observable<NurseryConfig>) {
    this.#asked$ = asked$;
    this.#config$ = this.#remembered();
  }

  /**
   * **Emits** it, and completes; all who ask share one request. It is the same until somebody has said that it is old.
   */
  get config$(): Observable<NurseryConfig> {
    return this.#config$;
  }

  /** Says that what was read here is old; unless somebody has said so already. */
  outdated(config$: Observable<NurseryConfig>): void {
    if (config$ === this.#config$) this.#config$ = this.#remembered();
  }

  #remembered(): Observable<NurseryConfig> {
    return this.#asked$.pipe(share({ connector: () => new ReplaySubject(1), resetOnComplete: false }));
  }
}
