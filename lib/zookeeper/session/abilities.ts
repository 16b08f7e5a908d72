import { OPTIONAL } from '../protocol/opcodesOf.js';

/**
 * So often in a row a link must end while a request of one kind is the next to be answered, until the server is taken
 * not to know it.
 */
const HANG_UPS = 2;

/** The operations of one server, as far as its version does not show them. It outlives the links to the server. */
export class Abilities {
  /** The opcodes that it knows, and no others, where that is known. */
  only: ReadonlySet<number> | undefined;
  readonly #lacking = new Set<number>();
  readonly #proved = new Set<number>();
  /** How often the server has hung up instead of answering. */
  readonly #hangUps = new Map<number, number>();

  constructor(only?: ReadonlySet<number>) {
    this.only = only;
  }

  /** Whether it was seen not to know a request. */
  lacks(opcode: number): boolean {
    return this.#lacking.has(opcode);
  }

  /** Whether it has answered such a request. */
  proved(opcode: number): boolean {
    return this.#proved.has(opcode);
  }

  /** It has answered. */
  prove(opcode: number): void {
    this.#proved.add(opcode);
    this.#hangUps.delete(opcode);
  }

  /** It has said that it does not know the request, or has dropped it: it may be another server than before. */
  disprove(opcode: number): void {
    this.#proved.delete(opcode);
    this.lack(opcode);
  }

  /** It has not answered for long, and was heard otherwise. */
  lack(opcode: number): void {
    if (OPTIONAL.has(opcode) && !this.#proved.has(opcode)) this.#lacking.add(opcode);
  }

  /** The link has ended while this request was the next to be answered: once may be chance. */
  hungUp(opcode: number): void {
    const count = (this.#hangUps.get(opcode) ?? 0) + 1;
    this.#hangUps.set(opcode, count);
    if (count >= HANG_UPS) this.lack(opcode);
  }
}
