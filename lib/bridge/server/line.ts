import { Subscription } from 'rxjs';
import { encodeForPage } from './encodeForPage.js';
import type { SharedWatch } from './sharedWatch.js';
import type { CheckedOptions } from '../bridgeOptions.js';
import type { Caller } from '../types.js';

/** A value on a line. */
interface Slot {
  /** `undefined`: it was refused. */
  readonly watch: SharedWatch | undefined;
  readonly leave: () => void;
  /** The tag of the last state that the page has. */
  tag: string | undefined;
  /** Whether the page has heard about this value on this line. */
  told: boolean;
  readonly refusal?: string;
}

/** A reader that does not take so many signs of life counts as gone. */
const MISSED = 4;

/**
 * The stream of events to one page. It keeps no queue: it knows which values have changed, and the reader takes the
 * newest state of each when it has room.
 */
export class Line {
  readonly id: string;
  readonly caller: Caller;
  readonly #options: CheckedOptions<Caller>;
  readonly #slots = new Map<number, Slot>();
  readonly #changed = new Set<number>();
  readonly #timers = new Subscription();
  #greeting: string | undefined;
  #beatDue = false;
  #missed = 0;
  #waking = false;
  #onReady: () => void = () => {};
  #onEnd: (() => void) | undefined;

  /** @param onEnd is called once, when the line has ended */
  constructor(id: string, caller: Caller, options: CheckedOptions<Caller>, onEnd: () => void) {
    this.id = id;
    this.caller = caller;
    this.#options = options;
    this.#onEnd = onEnd;
    this.#greeting = event(`["line",${JSON.stringify(id)},${options.heartbeat}]`);
    const { time, heartbeat, maxAge } = options;
    const beat = () => this.#beat();
    this.#timers.add(
      time.schedule(function () {
        if (beat()) this.schedule(undefined, heartbeat);
      }, heartbeat)
    );
    this.#timers.add(time.schedule(() => this.end(), maxAge));
  }

  /** How many values it has. */
  get size(): number {
    return this.#slots.size;
  }

  has(number: number): boolean {
    return this.#slots.has(number);
  }

  get ended(): boolean {
    return this.#onEnd === undefined;
  }

  /** Calls back, in a turn of its own, when there is something to take, and when the line has ended. */
  set onReady(onReady: () => void) {
    this.#onReady = onReady;
    this.#wake();
  }

  /** Adds a value. @param tag that of the state which the page has already */
  show(number: number, watch: SharedWatch, tag: string | undefined): void {
    const leave = watch.read(() => this.#change(number));
    this.#slots.set(number, { watch, leave, tag, told: false });
    this.#change(number);
  }

  /** Says that this value is refused. It takes room until the reader knows. */
  refuse(number: number, error: unknown): void {
    this.#slots.set(number, {
      watch: undefined,
      leave: () => {},
      tag: undefined,
      told: false,
      refusal: encodeForPage(error),
    });
    this.#change(number);
  }

  /** Removes a value. */
  drop(number: number): void {
    this.#slots.get(number)?.leave();
    this.#slots.delete(number);
    this.#changed.delete(number);
  }

  /** The next event for the reader, if there is one. */
  take(): string | undefined {
    const text = this.#next();
    if (text === undefined) return undefined;
    this.#beatDue = false;
    this.#missed = 0;
    return text;
  }

  end(): void {
    const onEnd = this.#onEnd;
    if (onEnd === undefined) return;
    this.#onEnd = undefined;
    this.#timers.unsubscribe();
    for (const number of [...this.#slots.keys()]) this.drop(number);
    this.#greeting = undefined;
    onEnd();
    this.#wake();
  }

  /** Returns whether there is another one. */
  #beat(): boolean {
    this.#missed = this.#beatDue ? this.#missed + 1 : 0;
    if (this.#missed === MISSED) this.end();
    this.#beatDue = true;
    this.#wake();
    return !this.ended;
  }

  #next(): string | undefined {
    const greeting = this.#greeting;
    this.#greeting = undefined;
    if (greeting !== undefined) return greeting;
    for (const number of this.#changed) {
      this.#changed.delete(number);
      const text = this.#eventOf(number, this.#slots.get(number)!);
      if (text !== undefined) return text;
    }
    return this.#beatDue ? ':\n\n' : undefined;
  }

  #eventOf(number: number, slot: Slot): string | undefined {
    const shown = slot.watch?.shown;
    const failure = slot.refusal ?? shown?.failure;
    if (failure !== undefined) {
      this.drop(number);
      return event(`["error",${number},${failure}]`);
    }
    if (shown?.tag === undefined) return undefined;
    const isSame = slot.tag === shown.tag;
    const knows = slot.told;
    slot.told = true;
    slot.tag = shown.tag;
    if (isSame) return knows ? undefined : event(`["same",${number}]`);
    return event(`["value",${number},${shown.text},"${shown.tag}"]`);
  }

  #change(number: number): void {
    this.#changed.add(number);
    this.#wake();
  }

  #wake(): void {
    if (this.#waking) return;
    this.#waking = true;
    this.#options.turn.schedule(() => {
      this.#waking = false;
      this.#onReady();
    });
  }
}

function event(data: string): string {
  return `data: ${data}\n\n`;
}
