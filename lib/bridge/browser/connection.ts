import {
  EMPTY,
  type Observable,
  type SchedulerLike,
  audit,
  catchError,
  connect,
  debounce,
  defer,
  exhaustMap,
  expand,
  filter,
  map,
  merge,
  of,
  startWith,
  throwError,
  timeout,
  timer,
} from 'rxjs';
import { BridgeError } from '../shared/bridgeError.js';
import { encode } from '../shared/encode.js';
import { type LineEvent, lineEvents } from './lineEvents.js';
import type { PageValue } from './pageValue.js';
import { type Wire, lost } from './wire.js';

/** The calls that a connection makes. */
export interface ConnectionCalls {
  /** The server has accepted the line. */
  readonly onOpen: () => void;
  /** The server says something about a value. */
  readonly onEvent: (value: PageValue, event: LineEvent) => void;
  /** The server refuses to add these values. */
  readonly onRefusal: (values: readonly PageValue[], error: BridgeError) => void;
}

/** The most values that one request adds. */
const BATCH = 32;
/** Milliseconds between two signs of life, until the server has told its own number. */
const BEAT = 15_000;
/** A line that is silent for so many beats is lost. */
const BEATS = 2.5;
/** Refusals of a request about values: another attempt would be refused too. */
const OF_VALUES = ['BAD_REQUEST', 'OVER_LIMIT', 'TOO_MANY'];

/**
 * One line, from its request to its loss. It adds the values to the line, and takes off those that are gone.
 *
 * - **Emits** values without a meaning.
 * - **Completes** never. **Errors** when the line is lost or refused.
 * - **Unsubscribing** closes it.
 *
 * @param values the values of the page, by their numbers
 * @param changed$ emits when they have changed
 */
export function connection(
  wire: Wire,
  values: ReadonlyMap<number, PageValue>,
  changed$: Observable<void>,
  scheduler: SchedulerLike,
  { onOpen, onEvent, onRefusal }: ConnectionCalls
): Observable<unknown> {
  return defer(() => {
    const sent = new Set<number>(); // the numbers of the values on this line
    let line: unknown;
    let patience = BEAT * BEATS;
    /** Returns whether the line has just been accepted. */
    const take = (event: LineEvent): boolean => {
      const [word, subject, content] = event.words;
      if (word === 'line') {
        line = subject;
        patience = (content as number) * BEATS;
        onOpen();
        return true;
      }
      const value = values.get(subject as number);
      if (value !== undefined) onEvent(value, event); // else it was dropped meanwhile
      return false;
    };
    const opened$ = wire.open().pipe(
      connect((shared$) => {
        const silence$ = shared$.pipe(
          startWith(''),
          debounce(() => timer(patience, scheduler)), // emits when the text ends, too
          map((): never => {
            throw lost();
          })
        );
        return merge(shared$.pipe(lineEvents(), filter(take)), silence$);
      })
    );
    const change = (): Observable<unknown> => {
      const add = [...values].filter(([number]) => !sent.has(number)).slice(0, BATCH);
      const drop = [...sent].filter((number) => !values.has(number));
      if (line === undefined || add.length + drop.length === 0) return EMPTY;
      for (const [number] of add) sent.add(number);
      for (const number of drop) sent.delete(number);
      const asked = add.map(([number, { name, parameters, tag }]) => [number, name, parameters, tag]);
      return wire.send(encode({ line, add: asked, drop })).pipe(
        timeout({ each: patience, scheduler, with: () => throwError(() => lost()) }),
        catchError((error: unknown) => {
          if (!(error instanceof BridgeError && OF_VALUES.includes(error.code))) return throwError(() => error);
          onRefusal(
            add.map(([, value]) => value),
            error
          );
          return of('');
        })
      );
    };
    return merge(changed$, opened$).pipe(
      audit(() => timer(0, scheduler)), // all of one turn in one request
      exhaustMap(() => change().pipe(expand(change)))
    );
  });
}
