import type { Subscription } from 'rxjs';
import { MASK, type Op } from '../../../lib/arakoon/protocol/op.js';
import { writePrologue } from '../../../lib/arakoon/protocol/prologue.js';
import { type Reply, readReply } from '../../../lib/arakoon/protocol/reply.js';
import { WireWriter } from '../../../lib/arakoon/protocol/wireWriter.js';
import type { Link } from '../../../lib/core/link.js';
import type { EmbeddedArakoon } from '../../../lib/testing/index.js';
import type { VirtualTime } from '../../helpers/virtualTime.js';
import { decoderOf } from '../../arakoon/protocol/golden.js';

/** Bytes to a node and back, in virtual time. Nothing here knows what they mean, unless it is asked. */
export class RawClient {
  closed = false;
  readonly #time: VirtualTime;
  readonly #dialled: Subscription;
  #link: Link | undefined;
  #heard = Buffer.alloc(0);

  constructor(server: EmbeddedArakoon, time: VirtualTime, node: string) {
    this.#time = time;
    const [host, port] = server.cluster.nodes[node]![0]!.split(':') as [string, string];
    this.#dialled = server
      .transport()({ host, port: Number(port) })
      .subscribe({
        next: (link) => {
          this.#link = link;
          link.chunk$.subscribe({
            next: (chunk) => void (this.#heard = Buffer.concat([this.#heard, chunk])),
            complete: () => void (this.closed = true),
          });
        },
        error: () => void (this.closed = true),
      });
    time.advance(0);
  }

  /** Sends, and lets it arrive. */
  send(bytes: Uint8Array): this {
    this.#link?.write(bytes);
    this.#time.advance(0);
    return this;
  }

  /** Says who it takes the cluster for. */
  greet(cluster: string): this {
    const out = new WireWriter();
    writePrologue(out, cluster);
    return this.send(out.take());
  }

  /** What has come since this was asked last. */
  take(): Buffer {
    const heard = this.#heard;
    this.#heard = Buffer.alloc(0);
    return heard;
  }

  ask<Request, Answer>(op: Op<Request, Answer>, request: Request): this {
    const out = new WireWriter();
    op.request.write(out.int(MASK | op.tag), request);
    return this.send(out.take());
  }

  /** The answer to a request; `undefined` while there is none. */
  call<Request, Answer>(op: Op<Request, Answer>, request: Request): Reply<Answer> | undefined {
    return this.ask(op, request).answer(op);
  }

  answer<Request, Answer>(op: Op<Request, Answer>): Reply<Answer> | undefined {
    const input = decoderOf(this.take());
    const reply = input.read(() => readReply(input, op.reply));
    this.#heard = Buffer.concat([input.some(input.left), this.#heard]);
    return reply;
  }

  hangUp(): void {
    this.#dialled.unsubscribe();
  }
}
