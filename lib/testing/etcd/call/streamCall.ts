import { Turn } from '../cluster/turn.js';
import { EtcdRefusal, Refusals } from '../etcdRefusal.js';
import { faultOf, refusalOf } from './faultOf.js';
import type { Answers, Ground, ServedCall, Streaming } from './served.js';

/** A call of many requests, which are served in order. It may end for want of a leader. */
export class StreamCall implements ServedCall<object> {
  readonly #ground: Ground;
  readonly #served: Streaming;
  readonly #turn: Turn;
  /** Requests that wait; `undefined` is the end. */
  readonly #queue: (object | undefined)[] = [];
  #answers: Answers<object> | undefined;
  #call: ServedCall | undefined;
  #busy = true;

  constructor(ground: Ground, served: Streaming, answers: Answers<object>) {
    this.#ground = ground;
    this.#served = served;
    this.#turn = new Turn(ground.member, ground.core.settings);
    this.#answers = answers;
    this.#turn.whenRunning(() => this.#open());
  }

  message(request: object): void {
    this.#queue.push(request);
    this.#next();
  }

  finished(): void {
    this.#queue.push(undefined);
    this.#next();
  }

  left(): void {
    this.#answers = undefined;
    this.#close();
  }

  readonly #loseLeader = (): void => this.#end(Refusals.noLeader);

  #open(): void {
    const { member, metadata } = this.#ground;
    if (metadata.hasleader === 'true') {
      if (member.leader === 0n) return this.#end(Refusals.noLeader);
      member.needsLeader.add(this.#loseLeader);
    }
    this.#call = this.#served.open(this.#ground, {
      message: (answer: object) => this.#answers?.message(answer),
      ended: (refusal) => this.#end(refusal),
      cut: () => this.#answers?.cut(),
    });
    this.#busy = false;
    this.#next();
  }

  #next(): void {
    if (this.#busy || this.#queue.length === 0) return;
    this.#busy = true;
    this.#turn.whenRunning(() => {
      this.#begin(this.#queue.shift());
      this.#next();
    });
  }

  #begin(request: object | undefined): void {
    const fault = request === undefined ? undefined : faultOf(this.#ground, this.#served, request);
    if (fault === 'cut') return this.#answers?.cut();
    if (typeof fault !== 'object') {
      this.#serve(request);
      if (fault === 'cutAfter') this.#answers?.cut();
    } else if ('error' in fault) {
      if (fault.served === true) this.#serve(request);
      this.#end(refusalOf(fault));
    } else
      this.#turn.after(fault.delay, () => {
        this.#serve(request);
        this.#next();
      });
  }

  #serve(request: object | undefined): void {
    this.#busy = false;
    try {
      if (request === undefined) this.#call?.finished();
      else this.#call?.message(request as never);
    } catch (reason) {
      if (!(reason instanceof EtcdRefusal)) throw reason;
      this.#end(reason);
    }
  }

  #end(refusal?: EtcdRefusal): void {
    const answers = this.#answers;
    this.#answers = undefined;
    this.#close();
    answers?.ended(refusal);
  }

  #close(): void {
    this.#busy = true;
    this.#turn.end();
    this.#ground.member.needsLeader.delete(this.#loseLeader);
    this.#call?.left();
    this.#call = undefined;
  }
}
