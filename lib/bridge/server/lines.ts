import { randomBytes } from 'node:crypto';
import { BridgeError } from '../shared/bridgeError.js';
import { Line } from './line.js';
import type { CheckedOptions } from '../bridgeOptions.js';
import type { Caller } from '../types.js';

/** The lines of a bridge, by their secret ids. */
export class Lines {
  readonly #options: CheckedOptions<Caller>;
  readonly #lines = new Map<string, Line>();
  readonly #ofCaller = new Map<string, number>();

  constructor(options: CheckedOptions<Caller>) {
    this.#options = options;
  }

  get size(): number {
    return this.#lines.size;
  }

  open(caller: Caller): Line {
    const { limits } = this.#options;
    const own = this.#ofCaller.get(caller.id) ?? 0;
    if (this.#lines.size >= limits.lines) throw new BridgeError('TOO_MANY', 'the server has too many lines');
    if (own >= limits.linesOfCaller) throw new BridgeError('TOO_MANY', 'you have too many lines');
    const id = randomBytes(18).toString('base64url');
    const line = new Line(id, caller, this.#options, () => this.#forget(line));
    this.#lines.set(id, line);
    this.#ofCaller.set(caller.id, own + 1);
    return line;
  }

  /** The line with this id, if it is one of this caller. Another's line and no line are the same. */
  find(id: unknown, caller: Caller): Line {
    const line = typeof id === 'string' ? this.#lines.get(id) : undefined;
    if (line === undefined || line.caller.id !== caller.id)
      throw new BridgeError('UNKNOWN_LINE', 'there is no such line');
    return line;
  }

  close(): void {
    for (const line of [...this.#lines.values()]) line.end();
  }

  #forget({ id, caller }: Line): void {
    this.#lines.delete(id);
    const left = this.#ofCaller.get(caller.id)! - 1;
    if (left > 0) this.#ofCaller.set(caller.id, left);
    else this.#ofCaller.delete(caller.id);
  }
}
