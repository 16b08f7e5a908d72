import { Linked, type Place } from '../../bytes/linked.js';
import { NumberTable } from '../../bytes/numberTable.js';
import { Ring } from '../../bytes/ring.js';
import { show } from '../../core/check.js';
import { ProtocolError } from '../../core/errors.js';
import type { ChannelCall } from './channelCall.js';

/** The requests that were sent and have not had their last reply, also those whose subscribers have left. */
export interface UnderWay<Q, M> {
  readonly size: number;
  /** The id for the next request. No other request under way has it. */
  nextId(): number;
  /** The request leaves, with its id. */
  add(call: ChannelCall<Q, M>): void;
  /** The request that a message answers. Throws a `ProtocolError` if there is none. */
  answeredBy(message: M): ChannelCall<Q, M>;
  /** Its last reply has come. */
  remove(call: ChannelCall<Q, M>): void;
  /** Takes all out, in the order in which they left. */
  take(): readonly ChannelCall<Q, M>[];
}

/** Goes from the first id to the last one, again and again. */
class Ids {
  next: number;
  readonly #first: number;
  readonly #last: number;

  constructor([first, last]: readonly [number, number]) {
    this.#first = this.next = first;
    this.#last = last;
  }

  advance(): void {
    this.next = this.next === this.#last ? this.#first : this.next + 1;
  }
}

/** Each reply has the id of its request. */
export class ById<Q, M> implements UnderWay<Q, M> {
  readonly #calls = new Linked<ChannelCall<Q, M>>();
  readonly #places = new NumberTable<Place<ChannelCall<Q, M>>>(); // by the ids
  readonly #ids: Ids;
  readonly #idOf: (message: M) => number;

  constructor(ids: readonly [number, number], idOf: (message: M) => number) {
    this.#ids = new Ids(ids);
    this.#idOf = idOf;
  }

  get size(): number {
    return this.#calls.size;
  }

  nextId(): number {
    // ends: fewer are under way than there are ids
    while (this.#places.get(this.#ids.next) !== undefined) this.#ids.advance();
    return this.#ids.next;
  }

  add(call: ChannelCall<Q, M>): void {
    this.#ids.advance();
    this.#places.set(call.id, this.#calls.push(call));
  }

  answeredBy(message: M): ChannelCall<Q, M> {
    const id = this.#idOf(message);
    const place = this.#places.get(id);
    if (place === undefined) throw new ProtocolError(`a reply to ${show(id)}, and no request under way has this id`);
    return place.item;
  }

  remove({ id }: ChannelCall<Q, M>): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#calls.delete(place);
    this.#places.delete(id);
  }

  take(): readonly ChannelCall<Q, M>[] {
    this.#places.clear();
    return this.#calls.take();
  }
}

/** Replies come in the order of the requests. */
export class ByOrder<Q, M> implements UnderWay<Q, M> {
  readonly #calls = new Ring<ChannelCall<Q, M>>();
  readonly #ids: Ids;

  constructor(ids: readonly [number, number]) {
    this.#ids = new Ids(ids);
  }

  get size(): number {
    return this.#calls.length;
  }

  nextId(): number {
    return this.#ids.next;
  }

  add(call: ChannelCall<Q, M>): void {
    this.#ids.advance();
    this.#calls.push(call);
  }

  answeredBy(): ChannelCall<Q, M> {
    const call = this.#calls.peek();
    if (call === undefined) throw new ProtocolError('a reply, and no request is under way');
    return call;
  }

  remove(): void {
    this.#calls.shift();
  }

  take(): readonly ChannelCall<Q, M>[] {
    const calls = [...this.#calls];
    this.#calls.clear();
    return calls;
  }
}
