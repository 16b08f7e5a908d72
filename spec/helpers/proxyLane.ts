import type { Socket } from 'node:net';
import type { ProxyRules } from './proxyRules.js';

const HIGH_WATER = 1 << 20; // bytes; then the source is paused, as a network would

/** What goes through a lane: bytes, the end of them (FIN), or the loss of the connection (RST). */
type Parcel = { readonly due: number } & ({ readonly bytes: Buffer } | { readonly end: 'fin' | 'rst' });

/** One direction of one connection through a proxy: delivers in order what arrives, as the rules say at the time. */
export class ProxyLane {
  readonly #queue: Parcel[] = [];
  #queued = 0;
  #busy = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #rules: ProxyRules;

  constructor(source: Socket, sink: Socket, rules: ProxyRules, rewrite: (bytes: Buffer) => Uint8Array) {
    this.#source = source;
    this.#sink = sink;
    this.#rules = rules;
    let ended = false;
    source.on('data', (bytes: Buffer) => this.#arrive({ due: this.#due(), bytes: Buffer.from(rewrite(bytes)) }));
    source.once('end', () => {
      ended = true;
      this.#arrive({ due: this.#due(), end: 'fin' });
    });
    source.once('close', (hadError) => {
      if (hadError || !ended) this.#arrive({ due: this.#due(), end: 'rst' });
    });
    sink.once('close', () => this.#discard());
  }

  /** Goes on, when the rules have changed. */
  readonly go = (): void => {
    while (!this.#busy && this.#rules.state !== 'hold') {
      const parcel = this.#queue[0];
      if (!parcel || ('end' in parcel && this.#rules.state === 'drop')) return; // TCP would send that again and again
      const wait = parcel.due - performance.now();
      clearTimeout(this.#timer);
      if (wait > 0) {
        this.#timer = setTimeout(this.go, Math.ceil(wait));
        return;
      }
      this.#take();
      if (this.#rules.state === 'flow') this.#deliver(parcel);
    }
  };

  /** A parcel waits for those before it too, whatever its own due time. */
  #due(): number {
    return performance.now() + this.#rules.latency();
  }

  #arrive(parcel: Parcel): void {
    if (this.#sink.destroyed) return;
    this.#queue.push(parcel);
    this.#queued += size(parcel);
    if (this.#queued > HIGH_WATER) this.#source.pause();
    this.go();
  }

  #take(): void {
    const parcel = this.#queue.shift();
    if (!parcel) return;
    this.#queued -= size(parcel);
    if (this.#queued <= HIGH_WATER) this.#source.resume();
  }

  #deliver(parcel: Parcel): void {
    if ('end' in parcel) {
      if (parcel.end === 'fin') this.#sink.end();
      else this.#sink.resetAndDestroy();
      return;
    }
    this.#busy = true;
    this.#write(parcel.bytes);
  }

  /** Writes piece by piece. A receiver in this process reads one before the next is sent, and before a cut. */
  #write(bytes: Buffer): void {
    const rules = this.#rules;
    if (this.#sink.destroyed) return;
    if (rules.allowance === 0) return afterPoll(() => rules.spent());
    const piece = bytes.subarray(0, Math.min(rules.pieceSize || Infinity, rules.allowance));
    rules.allowance -= piece.length;
    rules.bytes += piece.length;
    this.#sink.write(piece, () => {
      if (rules.allowance === 0) afterPoll(() => rules.spent());
      else if (piece.length < bytes.length) afterPoll(() => this.#write(bytes.subarray(piece.length)));
      else {
        this.#busy = false;
        this.go();
      }
    });
  }

  #discard(): void {
    clearTimeout(this.#timer);
    this.#queue.length = 0;
    this.#queued = 0;
    this.#source.resume();
  }
}

function size(parcel: Parcel): number {
  return 'bytes' in parcel ? parcel.bytes.length : 0;
}

/** After the event loop has next asked for what arrived: the first turn may be past that already. */
function afterPoll(then: () => void): void {
  setImmediate(() => setImmediate(then));
}
