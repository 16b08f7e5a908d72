import type { SchedulerLike } from 'rxjs';
import { PullDecoder } from '../../bytes/pullDecoder.js';
import { Ring } from '../../bytes/ring.js';
import { linkLost } from '../../core/callErrors.js';
import { TurnWriter } from '../../bytes/turnWriter.js';
import {
  type CoordinationError,
  ProtocolError,
  type ServerError,
  UsageError,
  isCoordinationError,
} from '../../core/errors.js';
import type { Link } from '../../core/link.js';
import { closes } from '../protocol/errorCode.js';
import { MASK } from '../protocol/op.js';
import { writePrologue } from '../protocol/prologue.js';
import { readReply } from '../protocol/reply.js';
import { unit } from '../protocol/recordCodec.js';
import { WireWriter } from '../protocol/wireWriter.js';
import type { Call } from './call.js';
import type { CallQueue } from './callQueue.js';
import type { CallSink, ClientContext } from './clientContext.js';
import { Dismissed, ELSEWHERE, refusal } from './failures.js';

/** Where calls come from, and who learns how the server fares. */
export interface Source {
  readonly node: string;
  /** The calls that have not left, in their order. */
  readonly queue: CallQueue;
  /** The server has shown that it works. */
  worked(): void;
  /** The server owes an answer, which it did not before. */
  owes(): void;
}

/** The answer to a call: a reply, a refusal, or a breach of the protocol. */
type Answer = { readonly call: Call } & (
  | { readonly value: unknown }
  | { readonly error: ServerError; readonly said: string }
  | { readonly broken: CoordinationError }
);

/**
 * So many bytes of an answer are a sign of life, before the answer is whole. A server that sends fewer in all the time
 * that it has is silent.
 */
const PROGRESS = 16 * 1024;
/** While answers are delivered, requests of so many bytes leave, and all after so many answers: the server works on. */
const [HEAVY, PART] = [32 * 1024, 64];
/** Answers that a server gives to every new client. */
const UNWELCOMING: ReadonlySet<number> = new Set([16, 254]);

/**
 * Runs many requests over one link at a time. Their replies come in the order of the requests, and that is all that
 * tells them apart.
 */
export class Connection {
  /** Whether the server has said anything at all. */
  heard = false;
  /** Since when it has owed an answer and made no progress with it. */
  since = 0;
  /** When requests leave. */
  readonly writer: TurnWriter;
  readonly #source: Source;
  readonly #calls: CallSink;
  readonly #scheduler: SchedulerLike;
  readonly #most: number; // requests that wait for a reply at a time
  readonly #input: PullDecoder;
  readonly #out = new WireWriter();
  readonly #pending = new Ring<Call>();
  #arrived = 0; // bytes, since then
  #isHeavy = false; // the last request was
  #ended = false;

  constructor(link: Link, context: ClientContext, source: Source) {
    const { settings, cluster, meter } = context;
    this.#source = source;
    this.#calls = context.calls;
    this.#scheduler = settings.scheduler;
    this.#most = settings.maxInFlight;
    this.#input = new PullDecoder(settings.maxReplyBytes);
    this.writer = new TurnWriter(link, this.#out, meter, () => this.#fill());
    writePrologue(this.#out, cluster);
    this.writer.wake();
  }

  /** How many replies are owed. */
  get owed(): number {
    return this.#pending.length;
  }

  /** Whether a part of a reply has come. */
  get begun(): boolean {
    return this.#input.left > 0;
  }

  /** Takes a chunk in. Throws a CoordinationError when the link cannot be used any more. */
  receive(chunk: Uint8Array): void {
    if (this.#ended) return;
    this.heard = true;
    this.#arrived += chunk.byteLength;
    this.writer.hold(chunk.byteLength);
    const answers: Answer[] = [];
    let trouble: { readonly error: unknown } | undefined;
    try {
      this.#input.push(chunk);
      while (this.#input.left > 0 && this.#next(answers));
      this.#input.rest();
    } catch (error) {
      trouble = { error };
    }
    if (answers.length > 0 || this.#arrived >= PROGRESS) this.#progressed();
    for (const [i, answer] of answers.entries()) {
      this.#deliver(answer); // all of them, also when the first subscriber closes the client
      if ((this.#isHeavy || i % PART === PART - 1) && trouble === undefined) this.writer.flush();
    }
    if (trouble !== undefined) throw trouble.error;
    this.writer.release();
  }

  /** The link is gone, and nothing goes out any more. Returns the calls that were sent and have no answer. */
  end(): readonly Call[] {
    this.#ended = true;
    this.writer.stop();
    const calls = [...this.#pending];
    this.#pending.clear();
    return calls;
  }

  /** Reads one reply, if all of it has come. */
  #next(answers: Answer[]): boolean {
    const call = this.#pending.peek();
    const reply = this.#read(call, answers);
    if (reply === undefined) return false;
    if (call !== undefined) this.#pending.shift();
    if (!('value' in reply)) this.#refused(call, reply.number, reply.message, answers);
    else if (call === undefined) throw new ProtocolError('an answer, and nothing was asked');
    else {
      this.#source.worked();
      call.settle();
      answers.push({ call, value: reply.value });
    }
    return true;
  }

  #refused(call: Call | undefined, number: number, said: string, answers: Answer[]): void {
    if (!UNWELCOMING.has(number)) this.#source.worked();
    const error = refusal(number, said, call);
    const ends = call === undefined || closes(number, said, call.op.tag);
    if (ends) for (const behind of this.#pending) behind.undone(); // the server has not read them
    if (call !== undefined) {
      if (!ELSEWHERE.has(error.code) || !call.mayReturn(false)) call.settle();
      answers.push({ call, error, said });
    }
    if (ends) throw new Dismissed(error);
  }

  #read(call: Call | undefined, answers: Answer[]) {
    try {
      return this.#input.read(call === undefined ? readUnasked : this.#readReply);
    } catch (error) {
      if (call !== undefined && error instanceof ProtocolError) {
        this.#pending.shift();
        call.settle();
        answers.push({ call, broken: linkLost(error)(call) });
      }
      throw error;
    }
  }

  #deliver(answer: Answer): void {
    const { call } = answer;
    if ('value' in answer) call.answer(answer.value);
    else if ('broken' in answer) call.reject(answer.broken);
    else this.#calls.refused(this.#source.node, call, answer.error, answer.said);
  }

  readonly #readReply = (input: PullDecoder) => readReply(input, this.#pending.peek()!.op.reply);

  /** Writes everything that may leave. */
  #fill(): void {
    const { queue } = this.#source;
    while (!this.writer.congested && this.#pending.length < this.#most) {
      const call = queue.shift();
      if (call === undefined) break;
      const before = this.#out.length;
      this.#write(call);
      this.#isHeavy = this.#out.length - before >= HEAVY;
      if (this.writer.full) this.writer.send();
    }
    this.writer.send();
  }

  #write(call: Call): void {
    const begin = this.#out.length;
    try {
      this.#out.int(MASK | call.op.tag);
      call.op.request.write(this.#out, call.request);
    } catch (error) {
      this.#out.back(begin);
      return call.reject(
        isCoordinationError(error)
          ? error
          : new UsageError('request', 'has an argument that cannot be written', { ...call.context, cause: error })
      );
    }
    this.#pending.push(call);
    call.leaves();
    if (this.#pending.length > 1) return;
    this.#progressed();
    this.#source.owes();
  }

  #progressed(): void {
    this.since = this.#scheduler.now();
    this.#arrived = 0;
  }
}

const readUnasked = (input: PullDecoder) => readReply(input, unit);
