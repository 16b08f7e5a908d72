import { Subject } from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import type { AnyOp, Capabilities } from '../protocol/op.js';
import { OPTIONAL } from '../protocol/opcodesOf.js';
import { opForVersion } from '../protocol/opForVersion.js';
import type { Version } from '../types.js';
import { Abilities } from './abilities.js';
import type { Call } from './call.js';

const UNIMPLEMENTED = -6;
/** Codes from here down are about the request; those above may come from a server that has not read it. */
const API_ERROR = -100;

/** The requests that the server of a link understands, as far as they are known. */
export class Understanding {
  /** The server's version; 0: it does not tell, or is of another make; `undefined`: it has not answered yet. */
  version: Version | undefined;
  /** The known operations of the server. */
  abilities = new Abilities();
  /** Emits with everything that is learned. */
  readonly learned$ = new Subject<void>();
  #answerDue = true;
  #patient = false;

  /**
   * Whether the version is not known, and is expected within a moment: what depends on it waits, and so does all that
   * comes after it.
   */
  get awaited(): boolean {
    return this.#patient && this.version === undefined;
  }

  /** From now on the version is {@link awaited}, if it is not known. */
  awaitVersion(): void {
    this.#patient = true;
  }

  /** The version is not {@link awaited} any longer. */
  goOn(): void {
    if (!this.#patient) return;
    this.#patient = false;
    this.learned$.next();
  }

  /** Whether a request has to wait for the version while that is {@link awaited}: its form depends on it. */
  mustWait({ op: { since, adapt } }: Call): boolean {
    return (since !== undefined || adapt !== undefined) && this.abilities.only === undefined;
  }

  /** The server has told its version; `undefined`: it is not likely to. */
  learn(version: Version | undefined): void {
    this.version = version ?? this.version;
    this.#answerDue = this.#patient = false;
    this.learned$.next();
  }

  /** Whether the server is known to understand this. */
  knows(op: Pick<AnyOp, 'opcode' | 'since'>): boolean {
    return this.#has(op, this.version ?? 0);
  }

  /**
   * Whether the server may understand an operation that it is not {@link knows known} to have, and only a try will show
   * it.
   */
  mayKnow({ opcode }: Pick<AnyOp, 'opcode'>): boolean {
    return this.unsure && !this.abilities.lacks(opcode) && !this.#learnsMoreOf(opcode);
  }

  /** Whether the server is known not to understand this. */
  lacks(op: Pick<AnyOp, 'opcode' | 'since'>): boolean {
    return !this.knows(op) && (!this.unsure || this.abilities.lacks(op.opcode));
  }

  /**
   * The form of the operation that the server understands; `undefined`: that shows when more is known of the server.
   * Where nothing more will be known, the server itself is to say whether it understands. Throws `UNSUPPORTED` when it
   * does not.
   */
  formOf(call: Call): AnyOp | undefined {
    if (call.op.adapt === undefined && this.knows(call.op)) return call.op; // most requests: nothing is made for them
    try {
      return formFor(call, this.#as(this.version ?? 0));
    } catch (error) {
      if (!this.unsure || !isCoordinationError(error, 'UNSUPPORTED')) throw error;
      const waits = call.op.adapt === undefined ? this.#learnsMoreOf(call.op.opcode) : this.#versionDue;
      return waits ? undefined : formFor(call, this.#as(Infinity));
    }
  }

  /** A request was answered. */
  answered(opcode: number, code: number): void {
    if (!this.unsure || !OPTIONAL.has(opcode)) return;
    if (code === UNIMPLEMENTED) this.abilities.disprove(opcode);
    else if (code === 0 || code <= API_ERROR) this.abilities.prove(opcode);
  }

  /**
   * The link has ended, and this request was the next to be answered.
   *
   * @param heard whether the server went on answering other things
   */
  unanswered(opcode: number, heard: boolean): void {
    if (!this.unsure || !OPTIONAL.has(opcode)) return;
    if (heard) this.abilities.lack(opcode);
    else this.abilities.hungUp(opcode);
  }

  /** The server has answered a request that came after this one. */
  skipped(opcode: number): void {
    if (this.unsure && OPTIONAL.has(opcode)) this.abilities.disprove(opcode);
  }

  /** Whether neither the version nor the name of the server shows its operations. */
  get unsure(): boolean {
    return (this.version ?? 0) === 0 && this.abilities.only === undefined;
  }

  /** Whether the version is not known yet, and is likely to be before long. */
  get #versionDue(): boolean {
    return this.version === undefined && this.#answerDue;
  }

  /** Whether the version is likely to say before long whether the server understands this, and nothing else does. */
  #learnsMoreOf(opcode: number): boolean {
    return this.#versionDue && !this.abilities.proved(opcode);
  }

  #as(version: Version): Capabilities {
    return { version: this.abilities.only === undefined ? version : Infinity, has: (op) => this.#has(op, version) };
  }

  #has({ opcode, since = 0 }: Pick<AnyOp, 'opcode' | 'since'>, version: Version): boolean {
    const { only } = this.abilities;
    if (only !== undefined) return only.has(opcode);
    return version >= since && !(this.unsure && this.abilities.lacks(opcode));
  }
}

/** The form of the operation for a server of this kind. */
function formFor(call: Call, server: Capabilities): AnyOp {
  const { op, request } = call;
  if (op.adapt !== undefined) call.request = op.adapt(request, server);
  if (!server.has(op)) call.op = opForVersion(op, server, op.path?.(request));
  return call.op;
}
