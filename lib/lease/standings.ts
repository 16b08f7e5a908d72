import { type Observable, map, of } from 'rxjs';
import { switchWork } from '../operators/switchWork.js';
import { type Proof, type TenureStanding, tenures } from './tenures.js';

/** A place in a line of contenders. */
export interface Place<C> {
  /** The contenders who came before us, first come first. */
  readonly ahead: readonly C[];
  /** How it is proved that it is our turn; `undefined` while we wait. The place stays as it is from then on. */
  readonly proof: Proof | undefined;
}

/** Waiting in line, or holding. */
export type Standing<C> =
  { readonly kind: 'waiting'; readonly ahead: readonly C[] } | ({ readonly kind: 'holding' } & TenureStanding);

/** Waits in line, and holds when it is our turn: the places in a line and the {@link tenures} in one stream. */
export function standings<C>(place$: Observable<Place<C>>): Observable<Standing<C>> {
  return place$.pipe(
    switchWork(({ ahead, proof }): Observable<Standing<C>> =>
      proof === undefined
        ? of({ kind: 'waiting', ahead })
        : tenures(proof).pipe(map((now): Standing<C> => ({ kind: 'holding', ...now })))
    )
  );
}
