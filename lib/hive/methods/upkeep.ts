import { EMPTY, catchError, concatMap, from, identity, ignoreElements, mergeMap, of, reduce, throwError } from 'rxjs';
import { sound } from '../../client/sound.js';
import { duration, flag, knownKeys, text } from '../../core/check.js';
import { isCoordinationError } from '../../core/errors.js';
import { contentOf } from '../content/contentOf.js';
import type { HiveParts } from '../hiveParts.js';
import { sweep } from '../sweeping/sweep.js';
import { sweeper } from '../sweeping/sweeper.js';
import type { HiveUpkeep } from '../api/hiveUpkeep.js';
import type { SweeperOptions } from '../types.js';
import { aliases } from './reads.js';

/** The methods about many entries. */
export function upkeep<T, V>(parts: HiveParts<T, V>): HiveUpkeep {
  const { ground } = parts;
  const { heads, settings } = ground;
  return {
    removeAll: (prefix) =>
      sound('removeAll', () =>
        aliases(parts, text('prefix', prefix), true).pipe(
          concatMap((found) => from(found)),
          mergeMap(
            (alias) =>
              heads
                .delete(alias, undefined, 'removeAll')
                .pipe(catchError((error: unknown) => (isGone(error) ? EMPTY : throwError(() => error)))),
            settings.window
          ),
          reduce((sum) => sum + 1, 0)
        )
      ),
    sweep: (options = {}) =>
      sound('sweep', () => {
        const { dryRun = false } = knownKeys<{ readonly dryRun?: boolean }>('options', options, ['dryRun']);
        return sweep(ground, flag('options.dryRun', dryRun));
      }),
    sweeper: (options = {}) =>
      sound('sweeper', () => {
        const { every = settings.grace } = knownKeys<SweeperOptions>('options', options, ['every']);
        return sweeper(ground, duration('options.every', every));
      }),
    verify: (prefix = '') =>
      sound('verify', () =>
        aliases(parts, text('prefix', prefix), true).pipe(
          concatMap((found) => from(found)),
          mergeMap(
            (alias) =>
              contentOf(ground, alias, 'verify', false, identity).pipe(
                ignoreElements(),
                catchError((error: unknown) => (isGone(error) ? EMPTY : of({ alias, error })))
              ),
            settings.window
          )
        )
      ),
  };
}

function isGone(error: unknown): boolean {
  return isCoordinationError(error, 'ALIAS_NOT_FOUND');
}
