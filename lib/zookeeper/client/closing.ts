import { firstValueFrom } from 'rxjs';
import { SessionError } from '../../core/errors.js';
import type { SessionTicket } from '../sessionTicket.js';
import type { Session } from '../session/session.js';

/** Ends a session once, for all views of it. */
export class Closing {
  readonly #session: Session;
  #closed: Promise<void> | undefined;
  #detached: Promise<SessionTicket> | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  close(): Promise<void> {
    return (this.#closed ??= firstValueFrom(this.#session.close(false), { defaultValue: undefined }));
  }

  detach(): Promise<SessionTicket> {
    if (this.#detached === undefined) {
      this.#detached = this.#leave();
      this.#detached.catch(() => undefined); // callers who do not want the ticket need not look at it
    }
    return this.#detached;
  }

  #leave(): Promise<SessionTicket> {
    const { ticket, streams } = this.#session;
    const stands = streams.state.kind !== 'closed' && ticket.id !== 0n;
    this.#closed ??= firstValueFrom(this.#session.close(stands), { defaultValue: undefined });
    return this.#closed.then(() => {
      if (stands) return ticket;
      throw new SessionError('CLOSED', 'detach: there was no session to leave', 'none', { operation: 'detach' });
    });
  }
}
