import { type Observable, ReplaySubject, share } from 'rxjs';
import type { NurseryConfig } from '../../protocol/nurseryConfig.js';

/** The configuration of a nursery: read when it is first needed, and again when it proved old. */
export class NurseryBook {
  readonly #asked$: Observable<NurseryConfig>;
  #config$: Observable<NurseryConfig>;

  /** @param asked$ asks the keeper */
  constructor(asked$: Observable<NurseryConfig>) {
    this.#asked$ = asked$;
    this.#config$ = this.#remembered();
  }

  /** **Emits** it, and completes; all subscribers share one request. It is the same until it is reported as old. */
  get config$(): Observable<NurseryConfig> {
    return this.#config$;
  }

  /** Reports a configuration as old, unless that was done already. */
  outdated(config$: Observable<NurseryConfig>): void {
    if (config$ === this.#config$) this.#config$ = this.#remembered();
  }

  #remembered(): Observable<NurseryConfig> {
    return this.#asked$.pipe(share({ connector: () => new ReplaySubject(1), resetOnComplete: false }));
  }
}
