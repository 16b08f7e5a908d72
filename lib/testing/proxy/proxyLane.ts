import type { Socket } from 'node:net';
import { closeSocket } from './closeSocket.js';
import type { ProxyRules } from './proxyRules.js';

const HIGH_WATER = 1 << 20; // bytes; then the source is paused, as a network would
const SLICES = 100; // a second, in which limited bandwidth is dealt out
const SLACK = 20; // milliseconds that a late timer may make up for

/** A thing that goes through a lane: bytes, the end of them (FIN), or the loss of the connection (RST). */
type Parcel = Bytes | { readonly due: number; readonly end: 'fin' | 'rst' };

interface Bytes {
  readonly due: number;
  bytes: Uint8Array;
}

/** One direction of one connection through a proxy: delivers bytes in order, by the rules of the moment. */
export class ProxyLane {
  readonly #queue: Parcel[] = [];
  #queued = 0;
  #busy = false;
  #lost = false;
  /** When limited bandwidth lets the next piece go. */
  #free = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #rules: ProxyRules;

  constructor(
    source: Socket,
    sink: Socket,
    rules: ProxyRules,
    random: () => number,
    rewrite: (bytes: Buffer) => Uint8Array
  ) {
    this.#source = source;
    this.#sink = sink;
    this.#rules = rules;
    const due = () => performance.now() + rules.latency(random); // a parcel waits for those before it too
    source.on('data', (bytes: Buffer) => this.#arrive({ due: due(), bytes: rewrite(bytes) }));
    source.once('end', () => this.#arrive({ due: due(), end: 'fin' }));
    source.once('close', (hadError) => hadError && this.#arrive({ due: due(), end: 'rst' }));
    sink.once('close', () => this.#discard());
  }

  /** Goes on, when the rules have changed. */
  readonly go = (): void => {
    clearTimeout(this.#timer);
    while (!this.#busy && this.#rules.state !== 'hold' && !this.#sink.destroyed) {
      const parcel = this.#queue[0];
      if (!parcel || ('end' in parcel && this.#rules.state === 'drop')) return; // TCP would send that again and again
      const wait = Math.max(parcel.due, this.#rules.bandwidth ? this.#free : 0) - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(this.go, Math.ceil(wait));
        return;
      }
      if ('end' in parcel) this.#end(parcel.end);
      else if (this.#rules.state === 'drop') this.#take(parcel.bytes.length);
      else this.#send(parcel);
    }
  };

  /** Neither end hears of the other again, nor that this is so. */
  lose(): void {
    this.#lost = true;
    this.#discard();
  }

  #arrive(parcel: Parcel): void {
    if (this.#lost && 'end' in parcel) closeSocket(this.#source, 'fin');
    if (this.#lost || this.#sink.destroyed) return;
    this.#queue.push(parcel);
    if ('bytes' in parcel) this.#queued += parcel.bytes.length;
    if (this.#queued > HIGH_WATER) this.#source.pause();
    this.go();
  }

  /** Takes bytes from the first parcel, and the parcel when none are left. */
  #take(bytes: number): void {
    const parcel = this.#queue[0];
    if (!parcel) return;
    if ('bytes' in parcel && bytes < parcel.bytes.length) parcel.bytes = parcel.bytes.subarray(bytes);
    else this.#queue.shift();
    this.#queued -= bytes;
    if (this.#queued <= HIGH_WATER) this.#source.resume();
  }

  #end(how: 'fin' | 'rst'): void {
    this.#take(0);
    if (how === 'fin') this.#sink.end();
    else closeSocket(this.#sink, 'rst');
  }

  /** Sends a piece. A receiver in this process reads it before the next is sent, and before a cut. */
  #send(parcel: Bytes): void {
    const rules = this.#rules;
    const slice = rules.bandwidth ? Math.ceil(rules.bandwidth / SLICES) : Infinity;
    const piece = parcel.bytes.subarray(0, Math.min(rules.allowance, rules.pieceSize || Infinity, slice));
    this.#busy = true;
    if (piece.length === 0 && parcel.bytes.length > 0) return this.#proceed(true);
    const whole = piece.length === parcel.bytes.length;
    if (rules.bandwidth)
      this.#free =
        Math.max(this.#free, parcel.due, performance.now() - SLACK) + (piece.length * 1000) / rules.bandwidth;
    rules.bytes += piece.length;
    this.#take(piece.length);
    this.#sink.write(piece, () => {
      if (!whole || rules.allowance === 0) return this.#proceed(false);
      this.#busy = false;
      this.go();
    });
  }

  /** Goes on after the event loop has polled for input again: the first turn may be past its poll already. */
  #proceed(wanting: boolean): void {
    setImmediate(() =>
      setImmediate(() => {
        this.#rules.reach(wanting);
        this.#busy = false;
        this.go();
      })
    );
  }

  #discard(): void {
    clearTimeout(this.#timer);
    this.#queue.length = 0;
    this.#queued = 0;
    this.#source.resume();
  }
}
