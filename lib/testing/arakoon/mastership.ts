import type { Subscription } from 'rxjs';
import { Failure, Rc } from './failure.js';
import type { ArakoonHost, ArakoonHostNode, Outcome } from './arakoonHost.js';
import type { KeyChanges } from './store/keyChanges.js';

/** The part of a lease that passes between its end and the next master. */
const ELECTION = 0.2;
const LOST = 'lost master role during wait_for_accepteds while handling client request';

/** An update that waits for the others to agree. */
interface Waiting {
  readonly node: ArakoonHostNode;
  /** Does it, and says how that went, wherever this is of interest. */
  readonly run: () => Outcome<unknown>;
  readonly settle: (outcome: Outcome<unknown>) => void;
}

/**
 * The master of the cluster. A master that hears from no majority keeps its lease until it is over, and its updates
 * wait; then there is no master, until a majority can choose one again: the next node that runs.
 */
export class Mastership {
  /** Whether there ever was a master. */
  everKnown = false;
  readonly #host: ArakoonHost;
  #master: ArakoonHostNode | undefined;
  #last: ArakoonHostNode | undefined;
  #waiting: Waiting[] = [];
  #timer: Subscription | undefined;
  /** Whether there is to be no election. */
  #vacant = false;

  constructor(host: ArakoonHost) {
    this.#host = host;
  }

  /** Whom the nodes call the master: it may have died since. */
  get known(): string | null {
    return this.#master?.name ?? null;
  }

  stateOf(node: ArakoonHostNode): string {
    if (node === this.#master) return 'Stable_master';
    if (this.#master !== undefined) return 'Slave_steady_state';
    return node === this.#last ? 'Wait_for_accepteds' : 'Wait_for_promises';
  }

  /** Makes a node the master, now; `undefined`: there is none until this is called again. */
  elect(node: ArakoonHostNode | undefined): void {
    this.#vacant = node === undefined;
    this.#become(node);
    this.review();
  }

  /** The master gives it up, for the next one that runs. */
  stepDown(): void {
    this.#become(this.#next());
    this.review();
  }

  /** Some node runs that did not, or does not that did. */
  review(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
    const { lease } = this.#host.settings;
    const stands = this.#majority && (this.#master?.running ?? false);
    if (stands) this.#release();
    else if (this.#master !== undefined) this.#after(lease, () => this.#become(undefined));
    else if (this.#majority && !this.#vacant) this.#after(lease * ELECTION, () => this.#become(this.#next()));
  }

  /** Lets the nodes agree upon an update, and says how it went: at once, or when there is a majority again. */
  propose<T>(node: ArakoonHostNode, apply: (change: KeyChanges) => T, settle: (outcome: Outcome<T>) => void): void {
    const run = () => this.#run(apply);
    if (this.#majority) settle(run());
    else this.#waiting.push({ node, run, settle: settle as Waiting['settle'] });
  }

  /** Ends its timers. */
  stop(): void {
    this.#timer?.unsubscribe();
  }

  get #majority(): boolean {
    const { nodes } = this.#host;
    return nodes.filter(({ running }) => running).length > nodes.length / 2;
  }

  /** The node after the last master that runs; itself, if there is no other. */
  #next(): ArakoonHostNode | undefined {
    const { nodes } = this.#host;
    const last = this.#last === undefined ? -1 : nodes.indexOf(this.#last);
    return [...nodes.slice(last + 1), ...nodes.slice(0, last + 1)].find(({ running }) => running);
  }

  #become(node: ArakoonHostNode | undefined): void {
    this.#master = node;
    this.#last = node ?? this.#last;
    this.everKnown ||= node !== undefined;
    this.#host.catchUp();
  }

  #after(milliseconds: number, task: () => void): void {
    this.#timer = this.#host.settings.scheduler.schedule(() => {
      task();
      this.review();
    }, milliseconds);
  }

  #run<T>(apply: (change: KeyChanges) => T): Outcome<T> {
    try {
      return { value: this.#host.commit(apply) };
    } catch (reason) {
      if (reason instanceof Failure) return reason;
      throw reason;
    }
  }

  /**
   * Of the proposals of another master, the other nodes know the first, and it is done, whatever its client hears. The
   * later ones are not done.
   */
  #release(): void {
    const waiting = this.#waiting.splice(0);
    const [known, ...unknown] = waiting.filter(({ node }) => node !== this.#master);
    known?.run();
    known?.settle(new Failure(Rc.noLongerMaster, LOST));
    for (const { settle } of unknown) settle(new Failure(Rc.notMaster, 'Not_Master'));
    for (const { node, run, settle } of waiting) if (node === this.#master) settle(run());
  }
}
