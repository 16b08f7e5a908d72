import type { AnyOp } from '../protocol/op.js';

/** A power of two. */
const SLOTS = 64;
/** A longer text is not worth its memory. */
const LONGEST = 256;

/**
 * The last paths that have passed their check: those of a program that asks for the same few again and again are not
 * checked each time. A check depends on nothing but the path, and a string does not change.
 */
export class PassedChecks {
  readonly #ops = new Array<AnyOp | undefined>(SLOTS).fill(undefined);
  readonly #texts = new Array<string>(SLOTS).fill('');

  /** Checks a request, unless it is a text that has passed as one of this operation not long ago. */
  pass(op: AnyOp, request: unknown): void {
    if (typeof request !== 'string' || request.length > LONGEST) return op.check?.(request);
    const slot = slotOf(request);
    if (this.#texts[slot] === request && this.#ops[slot] === op) return;
    op.check?.(request);
    this.#ops[slot] = op;
    this.#texts[slot] = request;
  }
}

/** By the length and the last characters: paths differ at their ends. */
function slotOf(text: string): number {
  const { length } = text;
  return (length + text.charCodeAt(length - 1) * 7 + text.charCodeAt(length - 2) * 31) & (SLOTS - 1);
}
