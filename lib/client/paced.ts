import {
  EMPTY,
  type MonoTypeOperatorFunction,
  NEVER,
  type Observable,
  type ObservableInput,
  type OperatorFunction,
  type SchedulerLike,
  Subject,
  concat,
  concatMap,
  defer,
  finalize,
  ignoreElements,
  map,
  merge,
  of,
  startWith,
  switchMap,
  take,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import { raise } from '../core/failures.js';
import type { CoordinationError } from '../core/errors.js';
import { toAsyncIterable } from '../operators/toAsyncIterable.js';

/** The work on a part of an answer. When it has completed, the next part is read. */
export type Work<T, R> = (part: T) => ObservableInput<R> | void;

/** An Observable that emits as fast as parts come, and that `for await` reads no faster than it uses them. */
export type Pullable<T> = Observable<T> & AsyncIterable<T>;

/** The source of an answer, which can be held back. */
export interface Holdable {
  hold?(): void;
  release?(): void;
}

/**
 * Deals with one part after the other. The source is held back meanwhile, so that no more than it has read already
 * waits here.
 */
export function paced<T, R>(source: Holdable, work: Work<T, R>, busy$: Subject<boolean>): OperatorFunction<T, R> {
  return (part$) =>
    defer(() => {
      let waiting = 0;
      const begin = () => {
        if (waiting++ > 0) return;
        busy$.next(true);
        source.hold?.();
      };
      const end = () => {
        if (--waiting > 0) return;
        busy$.next(false);
        source.release?.();
      };
      return part$.pipe(
        tap(begin),
        concatMap((part) =>
          concat(
            defer(() => work(part) ?? EMPTY),
            defer(() => (end(), EMPTY))
          )
        )
      );
    });
}

/** **Errors** when nothing comes for so many milliseconds while no work is under way. */
export function unlessBusy<T>(
  busy$: Observable<boolean>,
  each: number,
  scheduler: SchedulerLike,
  late: () => CoordinationError
): MonoTypeOperatorFunction<T> {
  const late$ = busy$.pipe(
    startWith(false),
    switchMap((busy) => (busy ? NEVER : timer(each, scheduler))),
    map(() => raise(late()))
  );
  return (source$) =>
    defer(() => {
      const over$ = new Subject<void>();
      return merge(source$.pipe(finalize(() => over$.next())), late$.pipe(takeUntil(over$)));
    });
}

/**
 * A stream that can also be pulled.
 *
 * @param start subscribing to it sends the request; with work, it is paced
 */
export function pullable<T>(start: <R = T>(work?: Work<T, R>) => Observable<R>): Pullable<T> {
  const iterate = (): AsyncIterator<T, undefined> => {
    const wanted$ = new Subject<void>();
    let wanted = 0; // calls of `next` that no part has answered yet: there may be several at once
    const parts$ = start<T>((part) => {
      wanted--;
      return concat(of(part), wanted > 0 ? EMPTY : wanted$.pipe(take(1), ignoreElements()));
    });
    const inner = toAsyncIterable(parts$)[Symbol.asyncIterator]() as AsyncIterator<T, undefined>;
    return {
      next() {
        wanted++;
        wanted$.next();
        return inner.next();
      },
      return: () => inner.return!(),
    };
  };
  return Object.assign(
    defer(() => start()),
    { [Symbol.asyncIterator]: iterate }
  );
}
