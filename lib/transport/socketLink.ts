import type { Socket } from 'node:net';
import { Observable, Subject, type Subscriber } from 'rxjs';
import { ConnectionLostError } from '../core/errors.js';
import type { Link } from '../core/link.js';

/** Bytes that the first reads may bring, and those after one that was full. The memory is used again for each. */
const [FIRST_READ, LATER_READ] = [8 * 1024, 128 * 1024];

/** The memory that a socket reads into, and the receiver of its bytes. Node takes it when the socket is made. */
export class Inlet {
  #subscriber: Subscriber<Uint8Array> | undefined;
  #waiting: Uint8Array[] = []; // bytes that came before the subscription
  #end: { readonly error: Error | undefined } | undefined;

  #memory: Uint8Array = Buffer.allocUnsafeSlow(FIRST_READ);

  /** For the `onread` option: no stream events, and no memory of its own for a chunk. */
  readonly onread = {
    buffer: (): Uint8Array => this.#memory,
    callback: (size: number, buffer: Uint8Array): boolean => {
      const isFull = size === buffer.length;
      if (isFull && size < LATER_READ) this.#memory = Buffer.allocUnsafeSlow(LATER_READ);
      const chunk = isFull ? buffer : buffer.subarray(0, size);
      if (this.#subscriber !== undefined) this.#subscriber.next(chunk);
      else this.#waiting.push(Uint8Array.from(chunk));
      return true;
    },
  };

  readonly chunk$ = new Observable<Uint8Array>((subscriber) => {
    this.#subscriber = subscriber;
    for (const chunk of this.#waiting.splice(0)) subscriber.next(chunk);
    if (this.#end !== undefined) this.end(this.#end.error);
    return () => (this.#subscriber = undefined);
  });

  /** The peer has ended (no error), or the connection broke. */
  end(error: Error | undefined): void {
    this.#end ??= { error };
    if (this.#end.error === undefined) this.#subscriber?.complete();
    else
      this.#subscriber?.error(
        new ConnectionLostError(`connection lost: ${this.#end.error.message}`, 'unknown', { cause: this.#end.error })
      );
  }
}

/** A connected socket as a link. */
export class SocketLink implements Link {
  readonly chunk$: Observable<Uint8Array>;
  readonly drain$: Observable<void>;
  readonly #socket: Socket;
  readonly #drained$ = new Subject<void>();

  constructor(socket: Socket, inlet: Inlet) {
    this.#socket = socket;
    this.chunk$ = inlet.chunk$;
    this.drain$ = this.#drained$.asObservable();
  }

  write(bytes: Uint8Array): boolean {
    const socket = this.#socket;
    if (!socket.writable) return true; // its end is on the way to chunk$
    socket.write(bytes, this.#written);
    return socket.writableLength === 0;
  }

  hold(): void {
    this.#socket.pause();
  }

  release(): void {
    this.#socket.resume();
  }

  soon(task: () => void): void {
    process.nextTick(task);
  }

  readonly #written = (): void => {
    if (this.#socket.writableLength === 0) this.#drained$.next();
  };
}
