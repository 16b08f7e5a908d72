import { ProtocolError } from '../../core/errors.js';
import { closes } from '../../arakoon/protocol/errorCode.js';
import { type Reply, writeReply } from '../../arakoon/protocol/reply.js';
import { type RecordCodec as Form, unit } from '../../arakoon/protocol/recordCodec.js';
import { WireWriter } from '../../arakoon/protocol/wireWriter.js';
import { checkFault } from '../host/checkFault.js';
import { BACKLOG_LIMIT } from '../host/backlog.js';
import type { WireHandler, Wire } from '../host/wire.js';
import type { ArakoonFault } from './arakoonServerOptions.js';
import { Failure } from './failure.js';
import { sizeOf } from './statistics.js';
import type { ArakoonHostNode } from './arakoonHost.js';
import { type Heard, type Request, faultRequest } from './request/readRequest.js';
import { RequestInput } from './request/requestInput.js';
import { ANSWERING, Proposal, type RequestContext } from './request/requestContext.js';

/** Replies are sent when they have grown to this many bytes. */
const BATCH = 64 * 1024;

/** One client: from its first byte to the end of its link. One request after the other, in their order. */
export class ArakoonConnection implements WireHandler {
  readonly #node: ArakoonHostNode;
  readonly #wire: Wire;
  readonly #input: RequestInput;
  readonly #out = new WireWriter();
  #busy = false; // with a request that is answered later
  #pumping = false;
  #ending = false; // as soon as its node goes on
  #ended = false;
  #held = false; // the client is not read from
  #listener: ((chunk: Uint8Array) => void) | undefined;

  constructor(node: ArakoonHostNode, wire: Wire) {
    this.#node = node;
    this.#wire = wire;
    this.#input = new RequestInput(node.host.settings);
  }

  /** Takes bytes in. Bad bytes of a client harm that client alone. */
  receive(chunk: Uint8Array): void {
    if (this.#ended) return;
    this.#input.push(chunk);
    this.#pump();
    this.#input.rest();
    if (this.#stuck && this.#input.left >= BACKLOG_LIMIT) this.#hold(true);
  }

  /** Goes on after a pause: sends the replies and takes in the bytes that waited. */
  resume(): void {
    if (this.#ending) this.#end();
    else this.#pump();
  }

  /** Says no before anything was asked. */
  deny(number: number, message: string): void {
    writeReply(this.#out, unit, { number, message });
    this.#end();
  }

  /** Closes at once. */
  destroy(): void {
    this.closed();
    this.#wire.destroy();
  }

  closed(): void {
    this.#ended = true;
    this.#node.left(this);
  }

  /** Whether requests of the client wait. */
  get #stuck(): boolean {
    return this.#busy || this.#node.paused;
  }

  #hold(hold: boolean): void {
    if (this.#held === hold) return;
    this.#held = hold;
    if (hold) this.#wire.hold();
    else this.#wire.release();
  }

  /** Closes in good order: written bytes are delivered first. */
  #end(): void {
    this.#ending = true;
    if (this.#ended || this.#node.paused) return;
    this.#flush();
    this.closed();
    this.#wire.end();
  }

  #flush(): void {
    if (!this.#ended && !this.#node.paused && this.#out.length > 0) this.#wire.write(this.#out.take());
  }

  #pump(): void {
    if (this.#pumping || this.#node.paused) return;
    this.#pumping = true;
    try {
      while (!this.#busy && !this.#ending && !this.#ended && this.#next()) continue;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#end();
    } finally {
      this.#pumping = false;
    }
    this.#flush();
    if (!this.#stuck) this.#hold(false);
  }

  /** Serves the next request; whether there was one. */
  #next(): boolean {
    if (this.#listener === undefined) return this.#input.next(this.#serve);
    if (this.#input.left > 0) this.#listener(this.#input.all());
    return false;
  }

  readonly #serve = (heard: Heard, size: number): void => {
    if ('greeting' in heard) return heard.greeting ? this.#input.greeted() : this.#end();
    if ('refused' in heard) {
      if (heard.refused !== undefined) writeReply(this.#out, unit, heard.refused);
      return this.#end();
    }
    const fault = checkFault(this.#node.host.settings.faults?.(faultRequest(this.#node.name, heard)));
    if (fault === undefined) return this.#answer(heard, size);
    return this.#fail(fault, heard, size);
  };

  #fail(fault: ArakoonFault, heard: Request, size: number): void {
    if (fault === 'cut') return this.destroy();
    if (fault === 'cutAfter') {
      this.#flush();
      return this.#answer(heard, size, () => this.destroy());
    }
    if ('error' in fault) return this.#reply(heard, { number: fault.error, message: fault.message ?? '' });
    this.#busy = true;
    this.#node.host.settings.scheduler.schedule(() => {
      this.#busy = false;
      this.#answer(heard, size);
      this.#pump();
    }, fault.delay);
  }

  #answer(asked: Request, size: number, then?: () => void): void {
    const { command, request } = asked;
    const { host, figures } = this.#node;
    const start = host.settings.now();
    const count = (operation: string, value?: unknown) =>
      figures.add(operation, start, host.settings.now(), sizeOf(request, value));
    const settle = (reply: Reply<unknown>) => {
      this.#busy = false;
      if (then !== undefined) return then();
      this.#reply(asked, reply);
      return this.#pump();
    };
    this.#busy = true;
    try {
      const outcome = command.handle(request, this.#turn(size));
      if (outcome === ANSWERING) return;
      if (outcome instanceof Proposal) {
        return host.mastership.propose(this.#node, outcome.apply, (result) => {
          const failed = result instanceof Failure;
          count(outcome.step.kind, failed ? undefined : result.value);
          settle(failed ? result : { number: 0, value: result.value });
        });
      }
      count(command.op.name, outcome);
      settle({ number: 0, value: outcome });
    } catch (reason) {
      if (!(reason instanceof Failure)) throw reason;
      settle(reason);
    }
  }

  #reply({ command: { op } }: Request, reply: Reply<unknown>): void {
    if (this.#ended) return;
    writeReply(this.#out, op.reply, reply);
    if (this.#out.length >= BATCH) this.#flush();
    if ('message' in reply && closes(reply.number, reply.message, op.tag)) this.#end();
  }

  #turn(size: number): RequestContext {
    return {
      node: this.#node,
      size,
      answer: <T>(form: Form<T>, value: T) => {
        writeReply(this.#out, form, { number: 0, value });
        this.#flush();
      },
      send: (bytes) => {
        this.#flush();
        if (!this.#ended) this.#wire.write(Buffer.from(bytes));
      },
      later: (milliseconds, task) => void this.#node.host.settings.scheduler.schedule(task, milliseconds),
      takeOver: (listener) => void (this.#listener = listener),
      end: () => this.#end(),
      done: () => {
        this.#busy = false;
        this.#pump();
      },
    };
  }
}
