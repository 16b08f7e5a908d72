import { Subject } from 'rxjs';
import type { Carrier } from './call.js';

/** Carries a call that waits, or that is asked for in another way, until its subscriber has gone. */
export class Detour implements Carrier {
  /** **Emits** when the call has ended. */
  readonly over$ = new Subject<void>();

  abandoned(): void {
    this.over$.next();
  }

  overdue(): void {}
}
