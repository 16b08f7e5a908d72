import { type Observable, type SchedulerLike, Subscription, filter, identity, take, timeout } from 'rxjs';
import { abortSignal, duration, optionsObject } from '../core/check.js';
import { ConnectError, type ConnectErrorCode } from '../core/errors.js';
import { onAbort } from '../core/onAbort.js';
import type { Trouble } from '../core/trouble.js';

/** When `open` gives up. */
export interface OpenLimits {
  /** How long `open` waits for a connection, in milliseconds; `false` waits for ever. Default 15,000. */
  readonly openTimeout?: number | false;
  /** Ends the opening when it aborts. It does nothing to a client that is open: end that with `close()`. */
  readonly signal?: AbortSignal;
}

/** A client that may not be connected yet, and the reason for that. */
export interface Opening<C> {
  readonly client: C;
  readonly trouble: Pick<Trouble, 'text' | 'cause'>;
}

interface Ownable {
  readonly state$: Observable<{ readonly kind: string }>;
  readonly scheduler: SchedulerLike;
  close(): Promise<void>;
}

/**
 * Makes a promise of a client from a client to subscribe to. It resolves once the client is connected; the client then
 * lives until its `close`, which `await using` calls. It rejects with the error of the opening, with `TIMEOUT`, or with
 * `ABORTED`, and closes the client. The last two carry the newest failure of each server: in the message, and as the
 * `cause`.
 *
 * @param opening makes the client, from the options that are not limits of the opening
 */
export function owned<C extends Ownable, O extends OpenLimits>(
  opening: (options: Omit<O, keyof OpenLimits>) => Observable<Opening<C>>,
  options: O
): Promise<C & AsyncDisposable> {
  return new Promise((resolve, reject) => {
    const { openTimeout = 15_000, signal, ...others } = optionsObject('options', options);
    if (openTimeout !== false) duration('options.openTimeout', openTimeout);
    if (signal !== undefined) abortSignal('options.signal', signal);
    let trouble: Opening<C>['trouble'] | undefined;
    const refuse = (code: ConnectErrorCode, message: string, reason?: unknown) =>
      reject(new ConnectError(`${message}${trouble?.text ?? ''}`, { code, cause: trouble?.cause ?? reason }));
    if (signal?.aborted === true) return refuse('ABORTED', 'aborted', signal.reason);
    const limits = new Subscription();
    const life = opening(others).subscribe({
      next: (opened) => {
        const { client } = opened;
        trouble = opened.trouble;
        const inTime = openTimeout === false ? identity : timeout({ first: openTimeout, scheduler: client.scheduler });
        const connected$ = client.state$.pipe(
          filter(({ kind }) => kind === 'connected'),
          take(1),
          inTime
        );
        limits.add(
          // eslint-disable-next-line rxjs-x/no-nested-subscribe -- the client must stay when the wait is over
          connected$.subscribe({
            next: () => resolve(disposable(client)),
            error: () => giveUp('TIMEOUT', `not connected within ${openTimeout} ms`),
            complete: () => limits.unsubscribe(),
          })
        );
      },
      error: reject,
      complete: () => refuse('CLOSED', 'closed before it was connected'),
    });
    life.add(limits);
    const giveUp = (code: ConnectErrorCode, message: string, reason?: unknown) => {
      refuse(code, message, reason); // before the client closes, which forgets the failures
      life.unsubscribe();
    };
    if (signal !== undefined)
      limits.add(onAbort(signal, () => giveUp('ABORTED', 'aborted before it was connected', signal.reason)));
  });
}

function disposable<C extends Ownable>(client: C): C & AsyncDisposable {
  return Object.assign(Object.create(client) as C, { [Symbol.asyncDispose]: () => client.close() });
}
