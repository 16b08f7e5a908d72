import {
  type Observable,
  type OperatorFunction,
  catchError,
  concat,
  defer,
  finalize,
  ignoreElements,
  merge,
  of,
  switchMap,
  tap,
} from 'rxjs';
import { ConnectionLostError } from '../core/errors.js';
import { asCoordinationError, raise } from '../core/failures.js';
import type { Link } from '../core/link.js';
import { checkedLink } from './checkedLink.js';
import { type MultiplexOptions, type Protocol, protocolOf } from './channel/protocolOf.js';
import { LinkChannel } from './channel/linkChannel.js';

/** Many requests over one link at a time: requests `Q`, replies `R`, events `E`. */
export interface Channel<Q, R, E = R> {
  /**
   * Sends a request when subscribed to. All requests of one turn of the event loop leave in one write, in the order of
   * their subscription.
   *
   * - **Emits** the reply; with `isLast`, all replies up to the last one. Some are valid only while they are emitted.
   * - **Completes** after the last reply.
   * - **Errors** with a `ConnectionLostError` or a `ProtocolError` when the link ends. The `effect` is `'none'` if
   *   the request had not left, or only reads. With `QUEUE_FULL` when too many requests wait to be sent. With a
   *   `UsageError` when `encode` throws.
   * - **Unsubscribing** takes the request back if it has not left. If it has left, its replies are dropped when they
   *   come. Until then it counts as under way, and no other request gets its id.
   */
  request(request: Q): Observable<R>;
  /**
   * The messages that answer no request, in their place among the replies. It is hot: an event without a subscriber is
   * lost. Nothing comes before the channel was emitted, so subscribe there and then.
   *
   * - **Emits** each event.
   * - **Completes** when the link ends; the error is that of the Observable which has emitted the channel.
   */
  readonly event$: Observable<E>;
  /**
   * Sends bytes that have no reply, or one that counts as an event: a greeting, a sign of life. They leave before the
   * requests that wait. The memory belongs to the channel from then on. Does nothing after the end of the link.
   */
  send(message: Uint8Array): void;
}

/** The type of the events: that of the guard, or that of all messages. */
export type EventOf<M, E> = [E] extends [never] ? M : E;

/**
 * Runs many requests over one link at a time. It finds the request of each reply, by an id or by their order, and keeps
 * the events apart.
 *
 * ```text
 * requests      a-b---c
 * messages      ---A-!-B-C
 * request(a)    ---(A|)
 * request(b)      -----(B|)
 * event$        -----!
 * ```
 *
 * It works on messages in batches, so RxJS has a step for each chunk, and none for each message. While the kernel is
 * behind, requests wait.
 *
 * - **Emits** a {@link Channel} for each link, and then reads from the link. A new link ends the channel before it.
 * - **Completes** never by itself: the end of a link is an error.
 * - **Errors** with a `ConnectionLostError` when the peer ends the link, or it breaks; with a `ProtocolError` when a
 *   reply belongs to no request; as `decode` does; with a `UsageError` about an option. The requests under way have
 *   failed by then. Put `retry` behind it to connect again: the next channel is a new object.
 * - **Unsubscribing** ends the link, and fails the requests that others still wait for.
 *
 * @example
 * ```ts
 * import { tcp } from 'quorum-rx';
 * import { multiplex, splitLines } from 'quorum-rx/operators';
 * import { map, switchMap } from 'rxjs';
 *
 * const encoder = new TextEncoder();
 * tcp({ host: '127.0.0.1', port: 6379 })
 *   .pipe(
 *     multiplex({
 *       decode: splitLines(),
 *       encode: (command: string) => encoder.encode(`${command}\r\n`),
 *       isEvent: (line) => line.startsWith('!'),
 *     }),
 *     switchMap((channel) => channel.request('PING')),
 *     map((line) => line === '+PONG')
 *   )
 *   .subscribe(console.log);
 * ```
 *
 * @example <caption>Replies that have the id of their request, in four bytes after the length</caption>
 * ```ts
 * import type { Link } from 'quorum-rx/core';
 * import { type Channel, deframe, multiplex } from 'quorum-rx/operators';
 * import type { OperatorFunction } from 'rxjs';
 *
 * const dataOf = ({ buffer, byteOffset, length }: Uint8Array) => new DataView(buffer, byteOffset, length);
 * const rpc: OperatorFunction<Link, Channel<Uint8Array, Uint8Array>> = multiplex({
 *   decode: deframe(),
 *   encode: (body: Uint8Array, id) => {
 *     const bytes = new Uint8Array(8 + body.length);
 *     dataOf(bytes).setInt32(0, 4 + body.length);
 *     dataOf(bytes).setInt32(4, id);
 *     bytes.set(body, 8);
 *     return bytes;
 *   },
 *   idOf: (reply) => dataOf(reply).getInt32(0),
 * });
 * ```
 */
export function multiplex<Q, M, E extends M = never>(
  options: MultiplexOptions<Q, M, E>
): OperatorFunction<Link, Channel<Q, Exclude<M, E>, EventOf<M, E>>> {
  return (link$) =>
    defer(() => {
      const protocol = protocolOf(options as MultiplexOptions<Q, M>);
      return link$.pipe(switchMap((link) => serve(checkedLink('link$', link), protocol)));
    }) as Observable<Channel<Q, Exclude<M, E>, EventOf<M, E>>>;
}

function serve<Q, M>(link: Link, protocol: Protocol<Q, M>): Observable<Channel<Q, M>> {
  return defer(() => {
    const channel = new LinkChannel(link, protocol);
    const messages$ = protocol.decode(link.chunk$).pipe(tap((messages) => channel.receive(messages)));
    const drains$ = link.drain$.pipe(tap(() => channel.drained()));
    const end$ = defer(() => raise(new ConnectionLostError('the peer closed the connection')));
    const work$ = merge(drains$, concat(messages$, end$)).pipe(ignoreElements());
    return merge(of(channel), work$).pipe(
      catchError((error: unknown) => {
        const cause = asCoordinationError(error);
        channel.end(cause);
        throw cause;
      }),
      finalize(() => channel.end(new ConnectionLostError('the link was given up')))
    );
  });
}
