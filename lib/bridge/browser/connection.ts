import {
  NEVER,
  type Observable,
  type SchedulerLike,
  type Subject,
  catchError,
  concat,
  exhaustMap,
  finalize,
  ignoreElements,
  merge,
  switchMap,
  throwError,
  timeout,
  timer,
} from 'rxjs';
import type { CoordinationError } from '../../core/errors.js';
import { decode } from '../shared/decode.js';
import type { PageValue } from './pageValue.js';
import { type Wire, lost } from './wire.js';

/** An event of a line: its word, the number of the value, the content, and the tag of the content. */
export type LineEvent = readonly [word: string, subject: unknown, content?: unknown, tag?: string];

/** A line that is silent for so many beats is lost. */
const BEATS = 2.5;
/** Refusals of values, `BAD_REQUEST`, `OVER_LIMIT` and `TOO_MANY`: another attempt would be refused too. */
const OF_VALUES = /^(BAD|OVER|TOO)/;

/**
 * One line, from its request to its loss. It adds the values to the line, and takes off those that are gone.
 *
 * - **Emits** nothing. **Completes** never. **Errors** when the line is lost or refused.
 * - **Unsubscribing** closes it.
 *
 * @param values the values of the page, by their numbers
 * @param changed$ emits when they have changed
 * @param onEvent gets the events of the line, and an error of each value that the server refuses to add
 */
export function connection(
  wire: Wire,
  values: ReadonlyMap<number, PageValue>,
  changed$: Subject<void>,
  scheduler: SchedulerLike | undefined,
  onEvent: (event: LineEvent) => void
): Observable<never> {
  const sent = new Set<number>(); // the numbers of the values on this line
  let line: unknown;
  let patience = 37_500; // until the server has told its own number
  let rest = '';
  /** Passes on the events that end with this text. Comments are dropped. */
  const read = (text: string) => {
    const parts = (rest + text).split('\n\n');
    rest = parts.pop()!;
    for (const part of parts) {
      if (part[0] === ':') continue;
      const event = decode(part.slice(6)) as LineEvent;
      if (event[0] === 'line') {
        line = event[1];
        patience = (event[2] as number) * BEATS;
        changed$.next();
      }
      onEvent(event);
    }
  };
  const limited = <T>() => timeout<T>(patience, scheduler);
  const opened$ = concat([''], wire.open(), throwError(lost)).pipe(
    switchMap((text) => {
      read(text);
      return NEVER.pipe(limited());
    })
  );
  const change = () => {
    const add: (readonly [number, ...unknown[]])[] = [];
    for (const [number, { asked, tag }] of values)
      if (line && add.length < 32 && !sent.has(number)) {
        sent.add(number);
        add.push([number, asked, tag]);
      }
    const drop = [...sent].filter((number) => !values.has(number) && sent.delete(number));
    if (!add.length && !drop.length) return [];
    return wire.send({ line, add, drop }).pipe(
      limited(),
      ignoreElements(),
      catchError((error: unknown) => {
        if (!OF_VALUES.test((error as CoordinationError).code)) throw error;
        for (const [number] of add) onEvent(['error', number, error]);
        return [];
      }),
      finalize(() => changed$.next()) // there may be more
    );
  };
  // all changes of one turn go into one request
  return merge(changed$.pipe(exhaustMap(() => timer(0, scheduler).pipe(switchMap(change)))), opened$);
}
