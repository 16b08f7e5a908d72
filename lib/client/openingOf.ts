import { Observable, firstValueFrom } from 'rxjs';
import type { Opening } from './owned.js';

/** The life of a client. */
interface Life {
  /** **Completes** when it was closed. **Errors** when it cannot go on. **Unsubscribing** closes it too. */
  readonly life$: Observable<never>;
  readonly trouble: Opening<unknown>['trouble'];
  /** Closes it, now. Ends when all is over. */
  close(): Observable<void>;
}

/**
 * A client that lives as long as the subscription. **Emits** it at once. **Completes** and **errors** with its life;
 * errors also with a mistake in the arguments.
 *
 * @param begin makes a session, which does nothing yet. Throws a `UsageError` about an argument
 * @param clientOf makes the client of a session; its `close` is eager, and may be called again
 */
export function openingOf<S extends Life, C>(
  begin: () => S,
  clientOf: (session: S, close: () => Promise<void>) => C
): Observable<Opening<C>> {
  return new Observable((subscriber) => {
    const session = begin();
    subscriber.add(
      session.life$.subscribe({
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      })
    );
    let closed: Promise<void> | undefined;
    const close = () => (closed ??= firstValueFrom(session.close(), { defaultValue: undefined }));
    subscriber.next({ client: clientOf(session, close), trouble: session.trouble });
  });
}
