import { type Observable, ignoreElements, takeUntil, tap, timer } from 'rxjs';
import { linkLost } from '../../core/callErrors.js';
import { Deadlines } from '../../client/deadlines.js';
import type { Meter } from '../../client/meter.js';
import { shuffled } from '../../client/redial.js';
import { backoff } from '../../core/backoff.js';
import { type CoordinationError, ProtocolError, type ServerError, UsageError } from '../../core/errors.js';
import type { Trouble } from '../../core/trouble.js';
import type { Addresses } from '../cluster.js';
import type { Settings } from '../options.js';
import type { AnyOp } from '../protocol/op.js';
import type { Call, Origin } from './call.js';
import type { CallOptions } from './callOptions.js';
import type { CallSink, ClientContext } from './clientContext.js';
import { crowdedOut } from './crowdedOut.js';
import { Detour } from './detour.js';
import { ELSEWHERE, Silence, closed } from './failures.js';
import { freshRead } from './freshRead.js';
import type { CallProfile } from './callProfile.js';
import { Node } from './node.js';

/** The session that a router is part of. */
export interface RouterBase extends ClientContext {
  readonly addresses: Addresses;
  /** Makes a request of its own. */
  exchange(op: AnyOp, request: unknown, options: CallOptions, manner: CallProfile): Observable<unknown>;
}

/** Sends every call to the node that can answer it; and again, as long as that can do no harm. */
export class Router implements CallSink, Origin {
  readonly settings: Settings;
  readonly meter: Meter;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly #base: RouterBase;
  /** All calls under way. */
  readonly #calls: Deadlines<Call>;
  readonly #order: readonly Node[]; // the order of nodes for requests that any of them may answer
  #waiting = new Set<Call>(); // for a master
  #turn = 0;
  #master: Node | undefined;
  #end: { readonly cause: CoordinationError | undefined } | undefined;

  constructor(base: RouterBase) {
    this.#base = base;
    this.settings = base.settings;
    this.meter = base.meter;
    this.#calls = new Deadlines(base.settings.scheduler);
    this.nodes = new Map(
      [...base.addresses].map(([name, endpoints]) => [name, new Node(name, endpoints, base, this.#hasOther)])
    );
    this.#order = shuffled([...this.nodes.values()], base.settings.random);
  }

  /** Milliseconds that a call may take that says nothing else. */
  get timeout(): number {
    return this.settings.timeout;
  }

  /** How many requests have no answer yet. */
  get underWay(): number {
    return this.#calls.size;
  }

  /** How many requests wait for a master, or for a connection. */
  get waiting(): number {
    return this.#waiting.size + this.#base.parked;
  }

  get isFull(): boolean {
    return this.waiting >= this.settings.maxQueued;
  }

  get trouble(): Trouble {
    return this.#base.trouble;
  }

  now(): number {
    return this.settings.scheduler.now();
  }

  /** The node that a caller named; or the only one, when one must be named. */
  chosen(name: string | undefined, must: boolean): string | undefined {
    if (name !== undefined && !this.nodes.has(name))
      throw new UsageError(
        'options.node',
        `must be one of ${[...this.nodes.keys()].join(', ')}, not ${JSON.stringify(name)}`
      );
    if (name !== undefined || !must) return name;
    if (this.nodes.size === 1) return this.#order[0]!.name;
    throw new UsageError('options.node', 'must name the node: this is done to one node, and not to the cluster');
  }

  /**
   * A node for a request that any may answer. Round and round, past those that cannot be reached or do not answer,
   * unless it is all of them.
   */
  next(): Node {
    const count = this.#order.length;
    for (let tried = 0; tried < count; tried++) {
      const node = this.#order[this.#turn++ % count]!;
      if (node.usable) return node;
    }
    const first = this.#order[this.#turn++ % count]!;
    return this.#order.reduce((best, each) => (each.pause < best.pause ? each : best), first);
  }

  readonly #hasOther = (node: Node): boolean => this.#order.some((each) => each !== node && each.usable);

  /** Whether nothing is sent any more. */
  get over(): boolean {
    return this.#end !== undefined;
  }

  submit(call: Call): void {
    if (this.#end !== undefined) return call.reject(closed(this.#end.cause)(call));
    this.#calls.add(call);
    this.#route(call);
  }

  /** The subscriber of a call has its answer, or has left. */
  readonly leave = (call: Call): void => {
    if (call.waits) this.#waiting.delete(call);
    this.#calls.delete(call);
  };

  /** From now on this is the master; `undefined`: none is known. */
  lead(name: string | undefined): void {
    this.#master = name === undefined ? undefined : this.nodes.get(name);
    if (this.#master === undefined) return;
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const call of waiting) call.waits = false;
    for (const call of waiting) this.#route(call);
  }

  /** Fails everything that waits, and everything that will come. */
  close(cause?: CoordinationError): void {
    this.#end = { cause };
    this.#calls.clear((call) => call.reject(closed(cause)(call)));
  }

  refused(node: string, call: Call, error: ServerError, said: string): void {
    if (!ELSEWHERE.has(error.code)) return call.reject(error);
    this.#base.tell({ kind: 'refused', node, error });
    switch (error.code) {
      case 'NOT_MASTER':
        this.#base.suspect(node, error, said);
        break;
      case 'NO_LONGER_MASTER':
      case 'GOING_DOWN':
        this.#base.suspect(node, error);
        break;
      case 'INCONSISTENT_READ':
        return call.mayReturn(false) ? this.#elsewhere(node, call, error) : call.reject(error);
    }
    if (call.mayReturn(false)) this.#again(call, error);
    else call.reject(error);
  }

  returned(call: Call, error: CoordinationError): void {
    if (call.subscriber.closed) return;
    if (call.mayReturn(error instanceof Silence || error instanceof ProtocolError)) this.#again(call, error);
    else call.reject(linkLost(error)(call));
  }

  crowded(call: Call): void {
    this.#detour(call, crowdedOut(call, this.settings, this.trouble));
  }

  #again(call: Call, error: CoordinationError): void {
    call.comesBack(error);
    this.#base.tell({ kind: 'resending', ...call.context, attempt: call.returns + 1, error });
    this.#route(call);
  }

  /** The node has not got that far yet: another may have, and all may a little later. */
  #elsewhere(node: string, call: Call, error: ServerError): void {
    call.comesBack(error);
    const others = call.to.node === undefined ? this.#order.filter((each) => each.name !== node && each.usable) : [];
    const timeout = Math.max(1, call.to.deadline - this.now());
    const asks = others.map(({ name }) =>
      this.#base.exchange(call.op, call.request, { node: name, timeout }, { once: true, lane: 'roam' })
    );
    if (asks.length === 0) this.#later(call);
    else
      this.#detour(
        call,
        freshRead(call, asks, this.settings, () => this.#later(call))
      );
  }

  #later(call: Call): void {
    const { backoff: waits, random, scheduler } = this.settings;
    this.#detour(
      call,
      timer(backoff(call.returns, waits, random), scheduler).pipe(
        tap(() => this.#route(call)),
        ignoreElements()
      )
    );
  }

  /** Does something for a call, for as long as it has a subscriber. */
  #detour(call: Call, work$: Observable<never>): void {
    if (call.subscriber.closed) return;
    const detour = new Detour();
    call.boards(detour);
    this.#base.start(work$.pipe(takeUntil(detour.over$)));
  }

  #route(call: Call): void {
    if (call.subscriber.closed) return;
    const { node, master } = call.to;
    const chosen = node !== undefined ? this.nodes.get(node) : master ? this.#master : this.next();
    if (chosen !== undefined) return chosen.submit(call);
    if (this.isFull) return this.crowded(call);
    call.waits = true;
    this.#waiting.add(call);
  }
}
