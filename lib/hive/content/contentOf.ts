import { createHash } from 'node:crypto';
import { type Observable, catchError, map, of, reduce, throwError } from 'rxjs';
import { equalBytes } from '../../bytes/equalBytes.js';
import { isCoordinationError } from '../../core/errors.js';
import { ELSE, mapOrElse } from '../../operators/mapOrElse.js';
import type { HiveGround } from '../hiveGround.js';
import { download } from './download.js';
import type { FoundHead } from '../heads/foundHead.js';

/** How often a read begins again because its entry was replaced, and the old slices were swept away. */
const MOST_TRIES = 10;

/** An entry with its content. */
export interface FoundContent<V> extends FoundHead<V> {
  readonly content: Uint8Array;
}

/**
 * The whole content of an entry as it is now, or the result of a function of that. **Errors** where there is none.
 *
 * @param use makes the result, or throws. One step for both: small entries are read often
 */
export function contentOf<V, R>(
  ground: HiveGround<V>,
  alias: string,
  operation: string,
  latest: boolean,
  use: (found: FoundContent<V>) => R,
  tries = 0
): Observable<R> {
  const { heads } = ground;
  const again = (error: unknown) =>
    isCoordinationError(error, 'ENTRY_CHANGED') && tries < MOST_TRIES
      ? contentOf(ground, alias, operation, true, use, tries + 1)
      : throwError(() => error);
  return heads.cell(alias, latest).pipe(
    mapOrElse(
      (cell) => {
        const { head, version } = heads.neededIn(cell, alias, operation);
        return head.content === undefined ? ELSE : use({ head, version, content: head.content });
      },
      (cell) =>
        wholeOf(ground, alias, operation, heads.neededIn(cell, alias, operation)).pipe(map(use), catchError(again))
    )
  );
}

/** The whole content of this version of an entry. */
export function wholeOf<V>(
  ground: HiveGround<V>,
  alias: string,
  operation: string,
  found: FoundHead<V>
): Observable<FoundContent<V>> {
  const { content, size } = found.head;
  if (content !== undefined) return of({ ...found, content });
  const plan = { alias, found, range: {}, operation };
  return download(ground, plan, (piece) => of(piece)).pipe(
    reduce((pieces, piece) => (pieces.push(piece), pieces), [] as Uint8Array[]),
    map((pieces) => ({ ...found, content: Buffer.concat(pieces, size) }))
  );
}

/** Whether an entry has this content, as far as its head tells. */
export function hasContent<V>({ head }: FoundHead<V>, content: Uint8Array): boolean {
  if (head.content !== undefined) return equalBytes(head.content, content);
  return head.size === content.length && head.sliced?.sha256 === createHash('sha256').update(content).digest('hex');
}
