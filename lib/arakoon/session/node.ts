import { concatMap, defer, ignoreElements, retry, tap, timer } from 'rxjs';
import { Redial } from '../../client/redial.js';
import type { Endpoint } from '../../core/endpoint.js';
import { type CoordinationError, UsageError } from '../../core/errors.js';
import type { Call } from './call.js';
import type { ClientContext } from './clientContext.js';
import { Dismissed, Silence } from './failures.js';
import type { Ground } from './ground.js';
import { NodeConnection } from './nodeConnection.js';
import type { LaneKind } from './callProfile.js';
import { WriteLanes } from './writeLanes.js';

/** A node that fell silent is left alone for at most this many times `connectTimeout`. */
const LONGEST_AVOIDANCE = 16;
/** After so many refusals in a row for want of room, the questions about the master share their connection. */
const FULL = 5;

/** One node of the cluster, with the connections to it: some for reads, several for writes, and others on demand. */
export class Node implements Ground {
  readonly name: string;
  readonly #addresses: readonly Endpoint[];
  readonly #context: ClientContext;
  readonly #hasOther: (node: Node) => boolean;
  /** One for each address. */
  readonly #guards: readonly NodeConnection[];
  readonly #reads: NodeConnection;
  readonly #named: NodeConnection;
  readonly #roam: NodeConnection;
  readonly #writes: WriteLanes;
  readonly #dials: Redial;
  readonly #room: Redial; // counts refusals for want of room
  #at = 0; // the address to try first
  #readyAt = 0;
  #silences = 0;
  #avoidedUntil = 0;
  #roomAt = 0; // when to look for room again

  /** @param hasOther whether there is another node than this that can be reached, as far as is known */
  constructor(name: string, addresses: readonly Endpoint[], context: ClientContext, hasOther: (node: Node) => boolean) {
    this.name = name;
    this.#addresses = addresses;
    this.#context = context;
    this.#hasOther = hasOther;
    this.#dials = new Redial(context.settings);
    this.#room = new Redial(context.settings);
    const order = () => [...addresses.slice(this.#at), ...addresses.slice(0, this.#at)];
    this.#guards = addresses.map((address) => new NodeConnection(context, this, 'guard', () => [address]));
    this.#reads = new NodeConnection(context, this, 'read', order);
    this.#named = new NodeConnection(context, this, 'named', order);
    this.#roam = new NodeConnection(context, this, 'roam', order);
    this.#writes = new WriteLanes(context.settings.writers, () => new NodeConnection(context, this, 'write', order));
  }

  get pause(): number {
    return Math.max(0, this.#readyAt - this.#now(), this.#roomAt - this.#now());
  }

  /** Whether it can be reached and answers, as far as is known. */
  get usable(): boolean {
    return (
      this.#avoidedUntil <= this.#now() &&
      (this.pause === 0 || (this.#readyAt <= this.#now() && this.#standing() !== undefined))
    );
  }

  /** The numbers of its addresses, in the order in which they are to be tried. */
  get addresses(): readonly number[] {
    return this.#addresses.map((_, i) => (this.#at + i) % this.#addresses.length);
  }

  /** This address has answered. */
  prefer(address: number): void {
    this.#at = address;
  }

  submit(call: Call): void {
    this.#laneFor(call).submit(call);
  }

  /** Gives all connections up. */
  drop(error: CoordinationError): void {
    for (const lane of this.#lanes()) lane.drop(error);
  }

  elsewhere(kind: LaneKind): boolean {
    if (kind === 'named') return this.#room.failures > 0;
    return kind !== 'roam' || this.#room.failures > 0 || this.#hasOther(this);
  }

  dialing(endpoint: Endpoint): void {
    this.#context.tell({ kind: 'dialing', node: this.name, endpoint });
  }

  worked(kind: LaneKind, first: boolean): void {
    this.#dials.succeeded();
    this.#readyAt = 0;
    if (first && kind !== 'guard') {
      this.#room.succeeded();
      this.#roomAt = 0;
    }
    if (kind === 'roam') this.#silences = 0;
  }

  broke(error: CoordinationError, endpoint: Endpoint, established: boolean): void {
    if (error instanceof UsageError) return this.#context.fail(error);
    this.#context.tell({ kind: 'link-lost', node: this.name, endpoint, error, established });
    const code = error instanceof Dismissed ? error.cause.code : undefined;
    if (code === undefined || code === 'GOING_DOWN') this.#context.suspect(this.name, error);
    if (code !== undefined && code !== 'GOING_DOWN' && code !== 'MAX_CONNECTIONS') return; // that was about a request
    this.#context.trouble.failed(this.name, error);
    if (error instanceof Silence || (!established && error.code === 'TIMEOUT')) this.#avoid();
    if (endpoint === this.#addresses[this.#at]) this.#at = (this.#at + 1) % this.#addresses.length;
    if (this.pause > 0) return; // connections tend to break together
    if (code === 'MAX_CONNECTIONS') {
      this.#room.failed();
      this.#roomAt = this.#now() + this.#room.delay();
    } else {
      this.#dials.failed();
      if (established) this.#dials.lost();
      this.#readyAt = this.#now() + this.#dials.delay(Math.floor(this.#dials.failures / this.#addresses.length));
    }
  }

  /**
   * Sends it no requests that another node can answer, for longer each time; and until it has answered a test question,
   * which is sent then. One that stays silent would otherwise make every so many reads wait.
   */
  #avoid(): void {
    if (this.#avoidedUntil > this.#now()) return;
    const { connectTimeout, scheduler } = this.#context.settings;
    const delay = connectTimeout * Math.min(LONGEST_AVOIDANCE, 2 ** this.#silences++);
    this.#avoidedUntil = Infinity;
    this.#context.tell({ kind: 'avoided', node: this.name, delay });
    const asked$ = timer(delay, scheduler).pipe(
      concatMap(() =>
        defer(() => this.#context.probe(this.name)).pipe(retry({ delay: () => timer(connectTimeout, scheduler) }))
      ),
      tap(() => {
        this.#avoidedUntil = 0;
        this.#context.tell({ kind: 'answering', node: this.name });
      }),
      ignoreElements()
    );
    this.#context.start(asked$);
  }

  #laneFor({ lane: kind, manner }: Call): NodeConnection {
    if (kind === 'own') return new NodeConnection(this.#context, this, kind, () => [this.#addresses[this.#at]!]);
    const lane =
      kind === 'guard'
        ? this.#guards[manner.address ?? this.#at]!
        : kind === 'write'
          ? this.#writes.next(this.#roomAt <= this.#now())
          : { read: this.#reads, named: this.#named, roam: this.#roam }[kind];
    return lane.stands || this.#roomAt <= this.#now() ? lane : (this.#standing() ?? lane);
  }

  /** A connection that can be shared, when the server has no room for another. */
  #standing(): NodeConnection | undefined {
    return this.#lanes().find((lane) => lane.stands && (this.#room.failures >= FULL || !this.#guards.includes(lane)));
  }

  #lanes(): readonly NodeConnection[] {
    return [this.#reads, this.#named, this.#roam, ...this.#writes.all, ...this.#guards];
  }

  #now(): number {
    return this.#context.settings.scheduler.now();
  }
}
