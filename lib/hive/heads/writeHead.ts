import { type Observable, catchError, concatMap, forkJoin, map, throwError } from 'rxjs';
import type { CellStep } from '../../core/contract.js';
import type { HiveGround } from '../hiveGround.js';
import { markStep } from './withMark.js';
import type { Head } from './head.js';
import type { WriteCondition } from './heads.js';
import { isContention, refusals } from './refusals.js';
import { expiryKey } from '../hiveStore.js';

/** A head that is to be written. */
export interface HeadWrite<V> {
  readonly alias: string;
  readonly head: Head;
  readonly condition: WriteCondition<V>;
  readonly operation: string;
}

/** How often a write is tried again that others are faster than. */
const MOST_TRIES = 100;

/** Writes a head. That of an entry that runs out is written together with its mark, where the store can do that. */
export function writeHead<V>(ground: HiveGround<V>, write: HeadWrite<V>): Observable<V> {
  const { alias, head, condition, operation } = write;
  const { heads, places } = ground;
  if (head.expiresAt === undefined || places.index.transact === undefined)
    return heads.write(alias, head, condition, operation);
  return together(ground, write).pipe(refusals(alias, operation));
}

function together<V>(ground: HiveGround<V>, write: HeadWrite<V>, tries = 0): Observable<V> {
  return headSteps(ground, write).pipe(
    concatMap((steps) => ground.places.index.transact!(steps)),
    map(([version]) => version!),
    catchError((error: unknown) =>
      tries < MOST_TRIES && mayTryAgain(write, error) ? together(ground, write, tries + 1) : throwError(() => error)
    )
  );
}

/**
 * The steps of a transaction that write a head: first the head itself, then the mark of an entry that runs out.
 * **Errors** if the condition does not hold now.
 */
export function headSteps<V>(
  ground: HiveGround<V>,
  { alias, head, condition, operation }: HeadWrite<V>
): Observable<readonly CellStep<V>[]> {
  const steps$ = ground.heads.steps(alias, head, condition, operation);
  if (head.expiresAt === undefined) return steps$;
  return forkJoin([steps$, markStep(ground, alias)]).pipe(map(([steps, mark]) => [...steps, mark]));
}

/** Whether {@link headSteps} that were refused for this reason may be made and tried again. */
export function mayTryAgain<V>({ alias, condition }: HeadWrite<V>, error: unknown): boolean {
  return isContention(error) && (condition.kind !== 'version' || error.path === expiryKey(alias));
}
