import { EMPTY, type Observable, catchError, defer, expand, filter, map, of, throwError } from 'rxjs';
import { type CoordinationError, isCoordinationError, withEffect } from '../../core/errors.js';
import { parentOf } from '../path.js';
import { type CreateRequest, type Created, createOp } from '../protocol/ops/createOp.js';
import { exists } from '../protocol/ops/exists.js';
import type { Custody } from '../session/custody.js';
import type { CallOptions, Exchange } from '../session/exchange.js';
import type { Acl } from '../types.js';
import { EMPTY_DATA } from './transaction.js';

/** So often parents are made that are gone again when they are needed. */
const TRIES = 50;

/** A node that is to be there. */
interface Level {
  readonly path: string;
  readonly create$: Observable<Created>;
  /** Whether a node above it was made for it already. */
  again: boolean;
}

/**
 * Creates a node, and those above it that are missing: a list of them and no nested streams, since callers decide how
 * many that are.
 */
export function withParents(
  exchange: Exchange,
  request: CreateRequest,
  parentAcl: (path: string) => readonly Acl[],
  options: CallOptions,
  custody?: Custody
): Observable<Created> {
  const levelAt = (path: string): Level => {
    const parent: CreateRequest = { path, data: EMPTY_DATA, acl: parentAcl(path), mode: 'persistent' };
    return { path, create$: exchange(createOp('persistent'), parent, options), again: false };
  };
  return defer(() => {
    const request$ = exchange(createOp(request.mode), request, options);
    const node: Level = {
      path: request.path,
      create$: custody === undefined ? request$ : custody.follow(request$),
      again: false,
    };
    const levels = [node]; // each below those that follow it
    let made = false;
    let tries = TRIES;
    const climb = (level: Level): boolean => {
      const parent = parentOf(level.path);
      if (parent === '/' || (level.again && tries-- === 0)) return false;
      level.again = true;
      levels.push(levelAt(parent));
      return true;
    };
    /** Others may have made it meanwhile who have the permission. */
    const unlessThere = (path: string, error: CoordinationError) =>
      exchange(exists, path, options).pipe(
        catchError(() => of(null)),
        map((stat) => {
          if (stat === null) throw error;
        })
      );
    const step = (): Observable<Created | undefined> => {
      const level = levels.at(-1)!;
      return level.create$.pipe(
        map((created) => {
          levels.pop();
          made = true;
          return level === node ? created : undefined;
        }),
        catchError((error: unknown) => {
          if (isCoordinationError(error, 'NO_NODE') && climb(level)) return of(undefined);
          if (level !== node && isCoordinationError(error, 'NODE_EXISTS')) return of(void levels.pop());
          return level !== node && isCoordinationError(error, 'NO_AUTH')
            ? unlessThere(level.path, error).pipe(map(() => void levels.pop()))
            : throwError(() => error);
        }),
        catchError((error: unknown) => throwError(() => (made ? withEffect(error, 'unknown') : error))) // by us
      );
    };
    return step().pipe(
      expand((created) => (created === undefined ? step() : EMPTY)),
      filter((created) => created !== undefined)
    );
  });
}
