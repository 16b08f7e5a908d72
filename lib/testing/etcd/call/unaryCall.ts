import { Turn } from '../cluster/turn.js';
import { EtcdRefusal, Refusals } from '../etcdRefusal.js';
import { faultOf, refusalOf } from './faultOf.js';
import type { Answers, Ground, Later, ServedCall, Unary } from './served.js';

/** A call of one request and one answer. It may have to wait for the leader, and then for its answer. */
export class UnaryCall implements ServedCall<object> {
  readonly #ground: Ground;
  readonly #served: Unary;
  readonly #turn: Turn;
  #answers: Answers<object> | undefined;
  /** Whether the answer gets lost. */
  #lost = false;
  /** The refusal that comes instead of the answer. */
  #refusal: EtcdRefusal | undefined;
  /** Ends the wait for an answer that comes later. */
  #stop: (() => void) | undefined;

  constructor(ground: Ground, served: Unary, answers: Answers<object>) {
    this.#ground = ground;
    this.#served = served;
    this.#turn = new Turn(ground.member, ground.core.settings);
    this.#answers = answers;
  }

  message(request: object): void {
    this.#turn.whenRunning(() => this.#begin(request));
  }

  finished(): void {}

  left(): void {
    this.#answers = undefined;
    this.#turn.end();
    this.#stop?.();
    this.#stop = undefined;
  }

  #begin(request: object): void {
    const fault = faultOf(this.#ground, this.#served, request);
    if (fault === 'cut') return this.#answers?.cut();
    this.#lost = fault === 'cutAfter';
    if (typeof fault !== 'object') this.#await(request);
    else if ('error' in fault) {
      if (fault.served !== true) return this.#refuse(refusalOf(fault));
      this.#refusal = refusalOf(fault);
      this.#await(request);
    } else this.#turn.after(fault.delay, () => this.#await(request));
  }

  /** Waits for the leader. */
  #await(request: object): void {
    const { member, metadata } = this.#ground;
    if (metadata.hasleader === 'true' && member.leader === 0n) return this.#refuse(Refusals.noLeader);
    this.#turn.whenReady(
      this.#served.needsQuorum(request as never),
      () => this.#run(request),
      () => this.#refuse(Refusals.timedOut)
    );
  }

  #run(request: object): void {
    let answer: object | Later<object>;
    try {
      answer = this.#served.run(this.#ground, request as never);
    } catch (reason) {
      if (reason instanceof EtcdRefusal) return this.#refuse(reason);
      throw reason;
    }
    if (typeof answer === 'function') this.#wait(answer as Later<object>);
    else this.#answer(answer);
  }

  #wait(later: Later<object>): void {
    const stop = later({ answer: (message) => this.#answer(message), refuse: (refusal) => this.#refuse(refusal) });
    if (this.#answers !== undefined) this.#stop = stop;
  }

  #answer(answer: object): void {
    const answers = this.#end();
    if (this.#lost) return answers?.cut();
    if (this.#refusal === undefined) answers?.message(answer);
    answers?.ended(this.#refusal);
  }

  #refuse(refusal: EtcdRefusal): void {
    const answers = this.#end();
    if (this.#lost) answers?.cut();
    else answers?.ended(refusal);
  }

  #end(): Answers<object> | undefined {
    const answers = this.#answers;
    this.#answers = undefined;
    this.#stop = undefined;
    return answers;
  }
}
