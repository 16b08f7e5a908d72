import { type Observable, ignoreElements, tap, timer } from 'rxjs';
import { backoff } from '../../core/backoff.js';
import { type CoordinationError, ProtocolError, type ServerError, UsageError } from '../../core/errors.js';
import type { Addresses } from '../cluster.js';
import type { Settings } from '../options.js';
import type { Call } from './call.js';
import { Calls } from './calls.js';
import { ELSEWHERE, Silence, closed, lost } from './failures.js';
import { Node, type Owner } from './node.js';

/** What a router asks of the session that it is part of. */
export interface RouterBase {
  readonly cluster: string;
  readonly addresses: Addresses;
  readonly settings: Settings;
  start(work$: Observable<never>): void;
  /** Why no master is known. */
  trouble(): CoordinationError | undefined;
  /** This node is the master no longer, or may not be. `named` is whom it named instead. */
  suspect(node: string, error: CoordinationError, named?: string): void;
}

/** Sends every call to the node that can answer it; and again, as long as that can do no harm. */
export class Router implements Owner {
  readonly cluster: string;
  readonly settings: Settings;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly #base: RouterBase;
  readonly #calls: Calls;
  readonly #order: readonly Node[]; // in which nodes are asked for what any of them may answer
  #turn = 0;
  #master: Node | undefined;
  #closed = false;

  constructor(base: RouterBase) {
    this.#base = base;
    this.cluster = base.cluster;
    this.settings = base.settings;
    this.#calls = new Calls(base.settings.scheduler, (call) => call.expire(call.waits ? base.trouble() : undefined));
    this.nodes = new Map([...base.addresses].map(([name, endpoints]) => [name, new Node(name, endpoints, this)]));
    this.#order = shuffled([...this.nodes.values()], base.settings.random);
  }

  /** Milliseconds that a call may take that says nothing else. */
  get timeout(): number {
    return this.settings.timeout;
  }

  now(): number {
    return this.settings.scheduler.now();
  }

  /** The node that a caller named; or the only one, when one must be named. */
  chosen(name: string | undefined, must: boolean): string | undefined {
    if (name !== undefined && !this.nodes.has(name)) throw new UsageError('options.node', `must be one of ${[...this.nodes.keys()].join(', ')}, not ${JSON.stringify(name)}`);
    if (name !== undefined || !must) return name;
    if (this.nodes.size === 1) return this.#order[0]!.name;
    throw new UsageError('options.node', 'must name the node: this is done to one node, and not to the cluster');
  }

  /** A node for what any may answer. Round and round; past those that cannot be reached just now, unless it is all of them. */
  next(): Node {
    const count = this.#order.length;
    for (let tried = 0; tried < count; tried++) {
      const node = this.#order[this.#turn++ % count]!;
      if (node.pause === 0) return node;
    }
    return this.#order.reduce((best, each) => (each.pause < best.pause ? each : best));
  }

  submit(call: Call): void {
    if (this.#closed) return call.reject(closed(call));
    this.#calls.add(call);
    this.#route(call);
  }

  /** The subscriber of a call has got what it wanted, or has left. */
  readonly leave = (call: Call): void => this.#calls.delete(call);

  /** From now on this is the master; `undefined`: nobody is known to be. */
  lead(name: string | undefined): void {
    this.#master = name === undefined ? undefined : this.nodes.get(name);
    if (this.#master !== undefined) for (const call of this.#calls.takeWaiting()) this.#route(call);
  }

  /** Fails everything that waits, and everything that will come. */
  close(): void {
    this.#closed = true;
    this.#calls.clear((call) => call.reject(closed(call)));
  }

  start(work$: Observable<never>): void {
    this.#base.start(work$);
  }

  suspect(node: string, error: CoordinationError, named?: string): void {
    this.#base.suspect(node, error, named);
  }

  refused(node: Node, call: Call, error: ServerError, said: string): void {
    if (!ELSEWHERE.has(error.code)) return call.reject(error);
    switch (error.code) {
      case 'NOT_MASTER':
        this.suspect(node.name, error, said);
        break;
      case 'NO_LONGER_MASTER':
      case 'GOING_DOWN':
        this.suspect(node.name, error);
        break;
      case 'INCONSISTENT_READ':
        return call.mayReturn(false) ? this.#later(call, error) : call.reject(error);
    }
    if (call.mayReturn(false)) this.#again(call, error);
    else call.reject(error);
  }

  returned(call: Call, error: CoordinationError): void {
    if (call.subscriber.closed) return;
    if (call.mayReturn(error instanceof Silence || error instanceof ProtocolError)) this.#again(call, error);
    else call.reject(lost(error, call));
  }

  #again(call: Call, error: CoordinationError): void {
    call.comesBack(error);
    this.#route(call);
  }

  /** The node has not got that far yet: it may have, or another may, a little later. */
  #later(call: Call, error: ServerError): void {
    call.comesBack(error);
    const { backoff: waits, random, scheduler } = this.settings;
    this.start(timer(backoff(call.returns, waits, random), scheduler).pipe(tap(() => this.#route(call)), ignoreElements()));
  }

  #route(call: Call): void {
    if (call.subscriber.closed) return;
    const { node, master } = call.to;
    const chosen = node !== undefined ? this.nodes.get(node) : master ? this.#master : this.next();
    if (chosen === undefined) call.waits = true;
    else chosen.submit(call);
  }
}

/** The same in another order. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const list = [...items];
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}
