import { ConnectionLostError, situated } from '../../../core/errors.js';
import { refusal } from '../../../etcd/v3/protocol/errorCode.js';
import { type Draft, decode, encode } from '../../../etcd/v3/protocol/message.js';
import type { Method } from '../../../etcd/v3/protocol/methods.js';
import type { CallContext, CallListener, OpenCall } from '../../../etcd/v3/carrier.js';
import { HeldActs } from '../../host/heldActs.js';
import type { Answers, ServedCall } from '../call/served.js';
import { EtcdRefusal } from '../etcdRefusal.js';
import type { MemoryLine } from './memoryLine.js';

/** The connection of a call. */
interface Line extends Pick<MemoryLine, 'toServer' | 'toClient'> {
  /** The call has ended, for the client. */
  done(): void;
  /** It has ended, for the member. */
  left(): void;
  cut(): void;
}

/** One call: the client's end, and the server's. */
export class MemoryCall<Q, R> implements OpenCall<Q> {
  readonly #line: Line;
  readonly #method: Method<Q, R>;
  readonly #context: CallContext;
  readonly #arriving = new HeldActs();
  #listener: CallListener<R> | undefined;
  #served: ServedCall<object> | undefined;

  constructor(method: Method<Q, R>, context: CallContext, listener: CallListener<R>, line: Line) {
    this.#line = line;
    this.#method = method;
    this.#context = context;
    this.#listener = listener;
  }

  /** The call has reached the server. */
  open(serve: (answers: Answers<object>) => ServedCall<object>): void {
    const answers = {
      message: (answer: Draft<object>) => {
        const bytes = encode(this.#method.response, answer as Draft<R>);
        this.#answer(bytes.length, () => this.#listener?.message(decode(this.#method.response, bytes)));
      },
      ended: (refused?: EtcdRefusal) => {
        this.#line.left();
        this.#answer(0, () => this.#end(refused));
      },
      cut: () => this.#line.cut(),
    };
    try {
      this.#served = serve(answers);
    } catch (reason) {
      if (!(reason instanceof EtcdRefusal)) throw reason;
      answers.ended(reason);
    }
  }

  send(message: Draft<Q>): boolean {
    const bytes = encode(this.#method.request, message);
    this.#line.toServer(bytes.length, () => this.#served?.message(decode(this.#method.request, bytes) as object));
    return true;
  }

  finish(): void {
    this.#line.toServer(0, () => this.#served?.finished());
  }

  cancel(): void {
    this.#listener = undefined;
    this.#line.done();
    this.#line.toServer(0, () => this.leave());
  }

  hold(): void {
    this.#arriving.hold();
  }

  release(): void {
    this.#arriving.release();
  }

  /** The server hears no more of this call. */
  leave(): void {
    this.#line.left();
    this.#served?.left();
    this.#served = undefined;
  }

  /** The connection has ended before the answer. */
  lose(effect: 'none' | 'unknown'): void {
    const { isRead } = this.#method;
    const error = new ConnectionLostError('the server closed the connection', isRead ? 'none' : effect);
    this.#finish(situated(error, this.#context));
  }

  #end(refused: EtcdRefusal | undefined): void {
    this.#finish(refused && refusal(refused.status, refused.words, this.#method.isRead, this.#context));
  }

  #finish(error: Parameters<CallListener<R>['ended']>[0]): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#line.done();
    listener?.ended(error);
  }

  /** Answers arrive in order, and not while the client holds them back. */
  #answer(bytes: number, act: () => void): void {
    this.#line.toClient(bytes, () => this.#arriving.pass(act));
  }
}
