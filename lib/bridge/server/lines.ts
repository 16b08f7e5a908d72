import { randomBytes } from 'node:crypto';
import { BridgeError } from '../shared/bridgeError.js';
import { Line } from './line.js';
import { Places } from './places.js';
import type { CheckedOptions } from '../bridgeOptions.js';
import type { Caller } from '../types.js';

/** The lines of a bridge, by their secret ids. */
export class Lines {
  readonly #options: CheckedOptions<Caller>;
  readonly #lines = new Map<string, Line>();
  readonly #places: Places;

  constructor(options: CheckedOptions<Caller>) {
    this.#options = options;
    this.#places = new Places('lines', options.limits.lines, options.limits.linesOfCaller);
  }

  get size(): number {
    return this.#lines.size;
  }

  open(caller: Caller): Line {
    const leave = this.#places.take(caller);
    const id = randomBytes(18).toString('base64url');
    const line = new Line(id, caller, this.#options, () => {
      this.#lines.delete(id);
      leave();
    });
    this.#lines.set(id, line);
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
}
