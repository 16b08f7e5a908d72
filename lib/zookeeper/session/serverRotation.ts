import { shuffled } from '../../client/redial.js';
import { type Endpoint, formatEndpoint } from '../../core/endpoint.js';
import { UsageError } from '../../core/errors.js';

/**
 * The servers of an ensemble, in the order in which one client tries them.
 *
 * Each client has an order of its own, so that thousands of them spread evenly; and when the list changes, so many of
 * them move that the load is even again, and no more, without any of them knowing of the others (ZOOKEEPER-1355).
 */
export class ServerRotation {
  readonly #random: () => number;
  #list: readonly Endpoint[];
  #at = -1; // the server tried last
  #tried = 0; // since a server last answered; that server counts, for its link was lost
  #stood = false; // a server has answered
  #leaving = false; // told to move, and without a session since
  #move: Move | undefined; // the order of servers to try while it moves

  /**
   * @param endpoints at least one; one that is named twice counts once
   * @param random gives numbers from 0 up to, not including, 1
   */
  constructor(endpoints: readonly Endpoint[], random: () => number = Math.random) {
    this.#random = random;
    this.#list = this.#shuffled(endpoints);
  }

  /** How many servers there are. */
  get size(): number {
    return this.#list.length;
  }

  /** How many attempts in a row were in vain since every server has had its turn: the count of the back-off. */
  get inVain(): number {
    return Math.max(0, this.#tried - this.#list.length + 1);
  }

  /** Whether a server has been lost, and another has not answered either. */
  get seeking(): boolean {
    return this.#stood && this.#tried > 1;
  }

  /** How many servers have not had their turn in this round. */
  get untried(): number {
    return this.#list.length - (this.#tried % this.#list.length);
  }

  /** The server to try now. */
  next(): Endpoint {
    this.#tried++;
    const chosen = this.#move?.next(this.#random);
    if (chosen === undefined) {
      this.#move = undefined; // all have been tried: round and round again
      this.#at = (this.#at + 1) % this.#list.length;
    } else {
      this.#at = indexOf(this.#list, chosen);
    }
    return this.#list[this.#at]!;
  }

  /** The server that {@link next} gave answered: a session stands. Counting begins at 0 again. */
  connected(): void {
    this.#tried = 1;
    this.#stood = true;
    this.#leaving = false;
    this.#move = undefined;
  }

  /**
   * Takes another list, and says whether this client has to move: to drop its link, or the attempt to get one, and to
   * ask {@link next} for another server. It has to when its server is not on the list any more; and by chance, as often
   * as evens out the load, when there are more servers than before.
   *
   * @param current the server that the client is connected to, or `undefined` while it is connected to none
   */
  update(endpoints: readonly Endpoint[], current: Endpoint | undefined): boolean {
    const list = this.#shuffled(endpoints);
    const before = this.#list;
    // Without a link, or about to drop it, a client counts for the server that it is trying, or would try first. The
    // Java client goes by the server it lost, and then spreads unevenly when changes follow each other fast.
    const seeking = current === undefined || this.#leaving;
    const untried = seeking && this.#tried === 0;
    const own = untried ? this.next() : seeking ? before[this.#at]! : current;
    const kept = list.filter((endpoint) => indexOf(before, endpoint) >= 0);
    const added = list.filter((endpoint) => indexOf(before, endpoint) < 0);
    const toAdded = probabilityOfNew(before.length, kept.length, added.length, indexOf(list, own) >= 0, this.#random);

    this.#list = list;
    if (toAdded === undefined) {
      this.#move = undefined;
      this.#at = indexOf(list, own) - (untried ? 1 : 0);
      this.#tried = untried ? 0 : 1;
      this.#leaving = current !== undefined && indexOf([current], own) < 0;
      return this.#leaving;
    }
    this.#move = new Move(kept, added, toAdded);
    this.#at = -1;
    this.#tried = 0;
    this.#leaving = true;
    return true;
  }

  #shuffled(endpoints: readonly Endpoint[]): readonly Endpoint[] {
    const list = [...new Map(endpoints.map((endpoint) => [formatEndpoint(endpoint), endpoint])).values()];
    if (list.length === 0) throw new UsageError('servers', 'names no server');
    return shuffled(list, this.#random);
  }
}

/**
 * With which probability a client goes to a server that is new on the list, rather than to one that was there before;
 * `undefined` when it stays where it is.
 *
 * Three cases from the paper behind ZOOKEEPER-1355, by the number of servers before, kept and added.
 */
function probabilityOfNew(
  before: number,
  kept: number,
  added: number,
  ownIsKept: boolean,
  random: () => number
): number | undefined {
  const after = kept + added;
  if (after > before) {
    // More servers: no old one may gain clients, and each sheds the same share.
    return !ownIsKept || random() < 1 - before / after ? 1 : undefined;
  }
  if (ownIsKept) return undefined; // as many servers or fewer: each that stays has room
  const gone = before - kept;
  return gone === 0 ? 0 : 1 - (kept * (before - after)) / (after * gone);
}

/** One pass over a changed list: new and old servers by chance, and each of them once. */
class Move {
  readonly #old: Endpoint[];
  readonly #added: Endpoint[];
  readonly #toAdded: number;

  constructor(old: readonly Endpoint[], added: readonly Endpoint[], toAdded: number) {
    this.#old = [...old].reverse(); // taken from the end
    this.#added = [...added].reverse();
    this.#toAdded = toAdded;
  }

  /** The next server of the pass, or `undefined` when it is over. */
  next(random: () => number): Endpoint | undefined {
    const [first, second] = random() < this.#toAdded ? [this.#added, this.#old] : [this.#old, this.#added];
    return first.pop() ?? second.pop();
  }
}

function indexOf(list: readonly Endpoint[], { host, port }: Endpoint): number {
  return list.findIndex((endpoint) => endpoint.host === host && endpoint.port === port);
}
