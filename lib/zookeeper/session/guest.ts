import {
  EMPTY,
  type Observable,
  Subject,
  catchError,
  concat,
  concatMap,
  defer,
  ignoreElements,
  of,
  take,
  takeUntil,
  timer,
} from 'rxjs';
import type { Endpoint } from '../../core/endpoint.js';
import type { Settings } from '../options.js';
import type { ConnectRequest } from '../protocol/handshake.js';
import { closeSession } from '../protocol/ops/session.js';
import { authenticated } from './handshake.js';
import type { Channel } from './channel.js';

/** A link in the midst of its handshake: it may bring a session that the client does not know yet. */
export class Guest {
  readonly channel: Channel;
  readonly endpoint: Endpoint;
  readonly request: ConnectRequest;
  /** Emits when the link is left. */
  readonly left$ = new Subject<void>();
  left = false;

  constructor(channel: Channel, endpoint: Endpoint, request: ConnectRequest) {
    this.channel = channel;
    this.endpoint = endpoint;
    this.request = request;
  }

  /**
   * Waits for the session that the link may bring, and closes it. **Emits** when that is over, or has taken too long;
   * never errors.
   */
  part(settings: Settings): Observable<unknown> {
    const { channel, endpoint } = this;
    return defer(() => {
      // begun already, it cannot begin again
      const login$ = channel.greeted ? EMPTY : authenticated(channel, endpoint, settings);
      this.left = true;
      this.left$.next();
      const closed$ = channel.greeting$.pipe(
        take(1),
        concatMap(({ timeout, id }) =>
          timeout > 0 && id !== 0n ? concat(login$, channel.request(closeSession, undefined)) : EMPTY
        ),
        takeUntil(timer(settings.closeTimeout, settings.scheduler)),
        catchError(() => EMPTY),
        ignoreElements()
      );
      return concat(closed$, of(undefined));
    });
  }
}
