import { EMPTY, NEVER, type Observable, Subject, concat, defer, map } from 'rxjs';
import { linkLost } from '../../core/callErrors.js';
import type { Meter } from '../../client/meter.js';
import type { Endpoint } from '../../core/endpoint.js';
import type { CoordinationError } from '../../core/errors.js';
import type { HeldIdentity, Settings } from '../options.js';
import type { SessionTicket } from '../sessionTicket.js';
import type { NodeEvent } from '../protocol/event.js';
import type { ConnectRequest, ConnectResponse } from '../protocol/handshake.js';
import type { Version } from '../types.js';
import type { Channel } from './channel.js';
import { tooLate } from './expiryAndClose.js';
import { findWritableServer } from './findWritableServer.js';
import type { Guest } from './guest.js';
import { Identities } from './identities.js';
import type { Outbox } from './outbox.js';
import type { ReconnectPolicy } from './reconnectPolicy.js';
import { disarmWatch } from './armWatch.js';
import { Arming } from './arming.js';
import { restoreWatches } from './restoreWatches.js';
import { ServerVersions } from './serverVersions.js';
import type { SessionListener } from './sessionListener.js';
import type { SessionRecord } from './sessionRecord.js';
import type { SessionStreams } from './sessionStreams.js';
import type { Visitor } from './visit.js';
import type { WatchedPath } from './watchedPath.js';
import { WatchRegistry } from './watchRegistry.js';

/** The parts of a session that its links change. */
export interface SessionParts {
  readonly settings: Settings;
  readonly record: SessionRecord;
  readonly reconnects: ReconnectPolicy;
  readonly outbox: Outbox;
  readonly streams: SessionStreams;
  readonly listeners: ReadonlySet<SessionListener>;
  readonly meter: Meter;
}

/** What a session does with its links, of which there is one at a time: when one stands, serves, and ends. */
export class SessionLinks implements Visitor {
  readonly settings: Settings;
  readonly record: SessionRecord;
  readonly reconnects: ReconnectPolicy;
  readonly versions: ServerVersions;
  readonly watches: WatchRegistry;
  readonly meter: Meter;
  readonly drop$ = new Subject<CoordinationError>();
  /** The link that has brought the session, or has taken it up. */
  channel: Channel | undefined;
  guest: Guest | undefined;
  /** Whether the client is closed, or is closing. */
  closing = false;
  /** Whether the session is left to itself on the server. */
  detached = false;
  readonly #outbox: Outbox;
  readonly #streams: SessionStreams;
  readonly #listeners: ReadonlySet<SessionListener>;
  readonly #identities: Identities;

  constructor({ settings, record, reconnects, outbox, streams, listeners, meter }: SessionParts) {
    this.settings = settings;
    this.record = record;
    this.reconnects = reconnects;
    this.meter = meter;
    this.versions = new ServerVersions(settings);
    this.#outbox = outbox;
    this.#streams = streams;
    this.#listeners = listeners;
    this.#identities = new Identities(settings.auth);
    this.watches = new WatchRegistry({
      arm: (entry) => this.#arm(entry),
      disarm: ({ path }) => void (this.channel && disarmWatch(this.channel, path).subscribe()),
    });
  }

  /** What takes the session up again. */
  get ticket(): SessionTicket {
    this.#note();
    return this.record.ticket;
  }

  /** Until when the session lasts, if nothing more is heard of a server. */
  get deadline(): number {
    const { channel, record } = this;
    return channel === undefined ? record.deadline : channel.activity.acknowledged + record.timeout;
  }

  /** Holds an identity on this and on every later connection. **Emits** once a server has accepted it. */
  addIdentity(identity: HeldIdentity): Observable<void> {
    return this.#identities.add(identity, () => this.channel, this.#streams.state$);
  }

  /** Whether nobody would take up or close a session that is granted only now. */
  orphans({ id }: ConnectRequest): boolean {
    return !this.detached && (id === 0n || this.closing || id !== this.record.id);
  }

  admitted(channel: Channel, response: ConnectResponse): void {
    // the timer is late: that makes no difference
    if (this.record.deadline <= this.settings.scheduler.now()) throw tooLate();
    this.record.admitted(response);
    this.channel = channel;
    channel.activity.begin(response.timeout);
    this.reconnects.admitted();
  }

  /** Presents identities, sets the watches again, and then lets the users' requests out. */
  resume(channel: Channel, response: ConnectResponse, endpoint: Endpoint): Observable<never> {
    const { maxRequestBytes } = this.settings;
    const watches$ = restoreWatches(channel, this.watches, this.record.zxid, maxRequestBytes, (watches, requests) => {
      if (watches > 0) this.#streams.diagnose({ kind: 'rearmed', watches, requests });
    });
    // watches are set in the form that the server understands best, and before the requests that follow them
    const form$ = defer(() => (this.watches.size > 0 ? channel.sender.early.settled$ : EMPTY));
    const open$ = defer(() => this.#open(channel, response, endpoint));
    return concat(this.#identities.present(channel), form$, watches$, open$);
  }

  needsVersion({ sender }: Channel): boolean {
    return this.watches.size > 0 || sender.early.concerns(this.#outbox);
  }

  happened(event: NodeEvent): void {
    if (event.zxid !== undefined) this.record.saw(event.zxid, false);
    this.watches.dispatch(event);
    this.#streams.happened(event);
  }

  /**
   * The server in use has told its version. `undefined`: it is not likely to. Requests that waited for the version go
   * out now.
   */
  told(channel: Channel, version: Version | undefined): void {
    const { state } = this.#streams;
    if (this.channel !== channel || state.kind !== 'connected' || (version !== undefined && state.version === version))
      return;
    if (version !== undefined) this.#streams.tellVersion(version);
    this.watches.rearmRecursive();
  }

  /** The link is gone. First the state changes, then the requests that waited for it fail. */
  cut(channel: Channel, error: CoordinationError): void {
    if (channel.ended) return;
    if (this.channel === channel) this.#suspend(error);
    channel.end(error);
    const all = this.settings.offline === 'fail';
    this.#outbox.fail(linkLost(error), ({ batch }) => all || batch?.started === true);
  }

  #open(channel: Channel, { readOnly, timeout, id }: ConnectResponse, endpoint: Endpoint): Observable<never> {
    channel.watches.caughtUp = true;
    this.reconnects.established();
    this.meter.connected(endpoint);
    channel.open(this.#outbox); // what is submitted from here on goes out with this turn
    const { epoch } = this.record;
    const { version } = channel.sender.server;
    this.#streams.become({ kind: 'connected', epoch, id, endpoint, timeout, readOnly, version });
    for (const listener of [...this.#listeners]) listener.resumed();
    if (!readOnly) return NEVER;
    const writable$ = findWritableServer(() => this.reconnects.peek(), this.settings);
    return writable$.pipe(map((found) => this.reconnects.leaveFor(found)));
  }

  #suspend(cause: CoordinationError): void {
    this.#note();
    const { deadline } = this;
    this.record.deadline = deadline;
    this.channel = undefined;
    const { epoch, id } = this.record;
    if (!this.closing) this.#streams.become({ kind: 'suspended', epoch, id, deadline, cause });
    for (const listener of [...this.#listeners]) listener.suspended(cause);
  }

  #note(): void {
    if (this.channel !== undefined) this.record.saw(this.channel.zxid, this.channel.watches.caughtUp);
  }

  #arm(entry: WatchedPath): void {
    const { channel } = this; // with the link the watch is lost, and set again with the next
    channel?.sender.early.withVersion(() => {
      if (entry.watched) new Arming(channel, entry).begin();
    });
  }
}
