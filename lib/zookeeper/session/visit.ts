import {
  Observable,
  Subject,
  catchError,
  concat,
  concatMap,
  defer,
  finalize,
  ignoreElements,
  map,
  merge,
  of,
  switchMap,
  takeUntil,
  tap,
} from 'rxjs';
import { elapsed } from '../../client/inTime.js';
import type { Meter } from '../../client/meter.js';
import { type Endpoint, formatEndpoint } from '../../core/endpoint.js';
import { ConnectError, ConnectionLostError, type CoordinationError } from '../../core/errors.js';
import { asCoordinationError, raise } from '../../core/failures.js';
import type { Link } from '../../core/link.js';
import { outliving } from '../../operators/outliving.js';
import type { Settings } from '../options.js';
import type { NodeEvent } from '../protocol/event.js';
import type { ConnectRequest, ConnectResponse } from '../protocol/handshake.js';
import type { Version } from '../types.js';
import { handshake } from './handshake.js';
import type { ReconnectPolicy } from './reconnectPolicy.js';
import { Channel } from './channel.js';
import { Guest } from './guest.js';
import { heartbeat } from './heartbeat.js';
import { rearmRefused } from './armWatch.js';
import type { ServerVersions } from './serverVersions.js';
import type { SessionRecord } from './sessionRecord.js';
import type { Verdict } from './verdict.js';
import { versionGrace, versionWanted } from './versionGrace.js';

/** The part of a session that its visits need. */
export interface Visitor {
  readonly settings: Settings;
  readonly record: SessionRecord;
  readonly reconnects: ReconnectPolicy;
  readonly versions: ServerVersions;
  readonly meter: Meter;
  /** Ends the visit. */
  readonly drop$: Observable<CoordinationError>;
  admitted(channel: Channel, response: ConnectResponse): void;
  /** The work over the link from then on. */
  resume(channel: Channel, response: ConnectResponse, endpoint: Endpoint): Observable<never>;
  happened(event: NodeEvent): void;
  /** Whether something waits for the link that will need the server's version. */
  needsVersion(channel: Channel): boolean;
  /** The server has told its version; `undefined`: it is not likely to. */
  told(channel: Channel, version: Version | undefined): void;
  /** The link whose handshake is under way. */
  guest: Guest | undefined;
  /** Whether the session that this request may bring would be neither taken up nor closed. */
  orphans(request: ConnectRequest): boolean;
  /** The link is gone. */
  cut(channel: Channel, error: CoordinationError): void;
}

/** One link: from dialing to its end. **Emits** what the end means for the session, and completes. */
export function visit(visitor: Visitor): Observable<Verdict> {
  const { settings, reconnects, drop$ } = visitor;
  const { transport, scheduler } = settings;
  return defer(() => {
    const { budget } = reconnects;
    const endpoint = reconnects.next();
    let guest: Guest | undefined;
    const settled$ = new Subject<void>();
    const tooLate$ = elapsed(budget, scheduler).pipe(
      takeUntil(settled$),
      map(() =>
        raise(
          new ConnectError(`no session with ${formatEndpoint(endpoint)} within ${Math.round(budget)} ms`, {
            code: 'TIMEOUT',
          })
        )
      )
    );
    const host: Host = { endpoint, settled$, welcome: (now) => (visitor.guest = guest = now) };
    const link$ = outliving(transport(endpoint).pipe(switchMap((link) => serve(visitor, link, host))), () => {
      if (guest === undefined || guest.left || guest.channel.ended || !visitor.orphans(guest.request)) return undefined;
      return guest.part(settings);
    });
    return merge(tooLate$, drop$.pipe(map(raise)), link$).pipe(
      catchError((error: unknown) => of(reconnects.judge(asCoordinationError(error), endpoint)))
    );
  });
}

/** The things that a link shares with its visit. */
interface Host {
  readonly endpoint: Endpoint;
  /** Emits when the time that the handshake may take is of no interest any more. */
  readonly settled$: Subject<void>;
  welcome(guest: Guest | undefined): void;
}

function serve(visitor: Visitor, link: Link, { endpoint, settled$, welcome }: Host): Observable<never> {
  const { settings, record, versions, meter } = visitor;
  const { scheduler } = settings;
  const channel = new Channel(link, settings, () => scheduler.now(), meter);
  channel.sender.server.version = versions.of(endpoint);
  channel.sender.server.abilities = versions.abilities(endpoint);
  channel.sender.server.awaitVersion();
  const guest = new Guest(channel, endpoint, record.request(settings));
  welcome(guest);
  const cut = (error: CoordinationError) => {
    if (guest.left) return channel.end(error);
    welcome(undefined);
    visitor.cut(channel, error);
  };
  const events$ = channel.event$.pipe(
    tap((event) => visitor.happened(event)),
    ignoreElements()
  );
  const version$ = (visitor.needsVersion(channel) ? nextTurn(link) : versionWanted(channel, scheduler)).pipe(
    concatMap(() => versions.ask(endpoint)),
    tap((version) => {
      channel.sender.early.learn(version);
      visitor.told(channel, version);
    }),
    ignoreElements()
  );
  const serving$ = handshake(channel, endpoint, guest.request, settings).pipe(
    tap((response) => {
      welcome(undefined);
      visitor.admitted(channel, response);
      settled$.next();
    }),
    concatMap((response) =>
      merge(
        heartbeat(channel, response.timeout, scheduler),
        versionGrace(channel, response, settings),
        rearmRefused(channel, scheduler),
        visitor.resume(channel, response, endpoint)
      )
    )
  );
  const left$ = guest.left$.pipe(tap(() => settled$.next()));
  return merge(events$, pump(link, channel), merge(serving$, version$).pipe(takeUntil(left$))).pipe(
    catchError((error: unknown) => {
      if (error instanceof ConnectionLostError || channel.skipped) blame(channel);
      cut(asCoordinationError(error));
      throw error;
    }),
    finalize(() => cut(new ConnectionLostError('the link was given up')))
  );
}

/** **Emits** when this turn of the event loop is over, and its requests have left. */
function nextTurn(link: Link): Observable<void> {
  return new Observable((subscriber) => link.soon(() => (subscriber.next(), subscriber.complete())));
}

/**
 * Moves bytes from a link into a channel: once per chunk, in an operator, so that what the channel throws is an error
 * here. Ends with an error.
 */
function pump({ chunk$, drain$ }: Link, channel: Channel): Observable<never> {
  const chunks$ = chunk$.pipe(
    tap((chunk) => channel.receive(chunk)),
    ignoreElements()
  );
  const drains$ = drain$.pipe(
    tap(() => channel.sender.writer.drained()),
    ignoreElements()
  );
  return merge(
    drains$,
    concat(
      chunks$,
      defer(() => raise(new ConnectionLostError('the server closed the connection')))
    )
  );
}

/** The link has ended: the server may not know the operation of the first waiting request. */
function blame({ sender: { pending, server }, activity, skipped }: Channel): void {
  const next = pending.peek();
  if (next === undefined) return;
  if (skipped) server.skipped(next.opcode);
  else server.unanswered(next.opcode, activity.passedOver);
}
