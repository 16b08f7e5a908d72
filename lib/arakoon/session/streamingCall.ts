import {
  EMPTY,
  Observable,
  Subject,
  catchError,
  concat,
  concatMap,
  defer,
  filter,
  ignoreElements,
  map,
  merge,
  of,
  switchMap,
  take,
  takeUntil,
  takeWhile,
  tap,
  throwError,
  timeout,
} from 'rxjs';
import { endedEarly, linkLost } from '../../core/callErrors.js';
import { abortSignal, duration } from '../../core/check.js';
import {
  ConnectionLostError,
  type CoordinationError,
  ServerError,
  UsageError,
  isCoordinationError,
  situated,
} from '../../core/errors.js';
import { asCoordinationError, raise } from '../../core/failures.js';
import type { Link } from '../../core/link.js';
import { onAbort } from '../../core/onAbort.js';
import { MASK, type Op } from '../protocol/op.js';
import { writePrologue } from '../protocol/prologue.js';
import { WireWriter } from '../protocol/wireWriter.js';
import { ReplyParts, type Listener } from './replyParts.js';
import type { CallOptions } from './callOptions.js';
import { dial } from './dial.js';
import { closed } from './failures.js';
import { type Work, paced, unlessBusy } from '../../client/paced.js';
import { SoloCall } from './soloCall.js';
import type { Session } from './session.js';

/**
 * Sends one request over a connection of its own, whose answer has several parts. It is sent once: an error is the
 * caller's. `timeout` is that of each part, or of the first where the end of the answer is not known. **Emits** the
 * values of the listener, and completes with the answer. **Unsubscribing** closes the connection.
 *
 * @param input$ the bytes to send after the request
 * @param work the work on each part, whose values are emitted instead. The server is held back until that has completed
 */
export function streamingCall<Q, R, T, W = T>(
  session: Session,
  op: Op<Q, R>,
  request: Q,
  listener: () => Listener<T>,
  options: CallOptions,
  input$: Observable<Uint8Array> = EMPTY,
  work?: Work<T, W>
): Observable<W> {
  return defer(() => {
    const { settings, addresses, cluster, streams } = session;
    const { scheduler, maxReplyBytes } = settings;
    const question = new SoloCall(op);
    const heard = listener();
    const over$ = new Subject<void>();
    const each = duration('options.timeout', options.timeout ?? settings.timeout);
    const late = () => endedEarly('TIMEOUT', `nothing within ${each} ms`, undefined)(question);
    const busy$ = new Subject<boolean>();

    const listen = (link: Link): Observable<W> => {
      const answers = new ReplyParts(question, maxReplyBytes);
      const parts$ = link.chunk$.pipe(
        map((chunk) => answers.take(chunk, heard)),
        // eslint-disable-next-line rxjs-x/no-ignored-takewhile-value -- the listener knows the last part
        takeWhile(() => !heard.done, true),
        concatMap((parts) => parts)
      );
      const end$ = defer(() =>
        heard.done || (heard.endless === true && answers.begun)
          ? EMPTY
          : raise(new ConnectionLostError('the server closed the connection'))
      );
      question.sent = true;
      link.write(opening(cluster, op, request));
      const paced$ =
        work === undefined ? (parts$ as Observable<unknown> as Observable<W>) : parts$.pipe(paced(link, work, busy$));
      return concat(paced$, end$).pipe(tap({ complete: () => over$.next() }));
    };
    const failed = (node: string) => (error: unknown) => {
      if (isCoordinationError(error, 'NOT_MASTER')) session.suspect(node, error);
      return throwError(() =>
        error instanceof ServerError || error instanceof UsageError
          ? error
          : linkLost(asCoordinationError(error))(question)
      );
    };
    const speak = (link: Link): Observable<never> =>
      input$.pipe(
        tap((bytes) => void link.write(bytes)),
        ignoreElements()
      );

    return target(session, op, request, options).pipe(
      switchMap((node) =>
        dial(addresses.get(node)!, settings, (endpoint) => streams.tell({ kind: 'dialing', node, endpoint })).pipe(
          catchError(failed(node)),
          switchMap(({ link }) => merge(listen(link).pipe(catchError(failed(node))), speak(link)))
        )
      ),
      work === undefined
        ? timeout({ ...(heard.endless === true ? { first: each } : { each }), with: () => throwError(late), scheduler })
        : unlessBusy(busy$, each, scheduler, late),
      takeUntil(over$),
      takeUntil(
        merge(aborted(options, question), clientClosed(session, question)).pipe(
          filter(() => !heard.done),
          map(raise)
        )
      ),
      catchError((error: unknown) => throwError(() => situated(error, question.context)))
    );
  });
}

/** The first bytes of the connection. */
function opening<Q>(cluster: string, op: Op<Q, unknown>, request: Q): Uint8Array {
  const out = new WireWriter();
  writePrologue(out, cluster);
  op.request.write(out.int(MASK | op.tag), request);
  return out.take();
}

/** The name of the node to ask. */
function target<Q>(
  { router, streams }: Session,
  op: Op<Q, unknown>,
  request: Q,
  { node }: CallOptions
): Observable<string> {
  if (op.where === 'any') return of(router.chosen(node, true)!);
  if (op.consistency?.(request) !== 'consistent') return of(router.chosen(node, false) ?? router.next().name);
  return streams.master$.pipe(
    filter((master) => master !== null),
    take(1)
  );
}

/** **Emits** the error of a question that its caller ends. */
function aborted({ signal }: CallOptions, question: SoloCall): Observable<CoordinationError> {
  if (signal === undefined) return EMPTY;
  return new Observable((subscriber) =>
    onAbort(abortSignal('options.signal', signal), () =>
      subscriber.next(endedEarly('ABORTED', 'aborted', signal.reason)(question))
    )
  );
}

/** **Emits** the error of a question whose client is closed. */
function clientClosed({ streams }: Session, question: SoloCall): Observable<CoordinationError> {
  return streams.state$.pipe(
    filter(({ kind }) => kind === 'closed'),
    map(() => closed()(question))
  );
}
