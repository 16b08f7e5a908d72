import type { Subscription } from 'rxjs';
import { Deadlines } from '../../lib/client/deadlines.js';
import type { CoordinationError } from '../../lib/core/errors.js';
import type { Op } from '../../lib/zookeeper/protocol/op.js';
import { exists } from '../../lib/zookeeper/protocol/ops/exists.js';
import { getData } from '../../lib/zookeeper/protocol/ops/getData.js';
import { setData } from '../../lib/zookeeper/protocol/ops/setData.js';
import { Channel } from '../../lib/zookeeper/session/channel.js';
import { type CallOptions, Request } from '../../lib/zookeeper/session/exchange.js';
import { Outbox } from '../../lib/zookeeper/session/outbox.js';
import { PassedChecks } from '../../lib/zookeeper/session/passedChecks.js';
import { TestLink } from './testLink.js';
import { VirtualTime } from './virtualTime.js';
import { connectResponse, pathOf } from './wireBytes.js';
import { meterFor } from './meterFor.js';

const LIMITS = { maxRequestBytes: 1000, maxReplyBytes: 100_000, maxInFlight: 1000, coalesce: 64 };
const time = new VirtualTime();

/** A sender in its channel, which was greeted, and lets users' requests out; and what to ask it for. */
export function senderGround(limits: Partial<typeof LIMITS> = {}, version = 30800) {
  const link = new TestLink();
  const outbox = new Outbox();
  const meter = meterFor(time);
  const channel = new Channel(link, { ...LIMITS, ...limits }, () => time.now(), meter);
  const { sender } = channel;
  const log: string[] = [];
  channel.greet({ zxid: 0n, timeout: 1000, id: 0n, password: new Uint8Array(16), readOnly: false }).subscribe();
  channel.receive(connectResponse());
  sender.server.version = version;
  channel.open(outbox);
  link.run();
  link.writes.length = 0;

  const make = <Q, R>(op: Op<Q, R>, request: Q, options?: CallOptions): Request<R> =>
    new Request(
      { outbox, meter, deadlines: new Deadlines(time), passed: new PassedChecks(), scheduler: time, callSites: false },
      op,
      request,
      options
    );
  /** Subscribes to a request, and logs what becomes of it. */
  const ask = <Q, R>(op: Op<Q, R>, request: Q, name: string, options?: CallOptions): Subscription =>
    make(op, request, options).subscribe({
      next: () => log.push(name),
      error: ({ code, effect }: CoordinationError) => log.push(`${name}! ${code} ${effect}`),
    });

  return {
    ...{ link, outbox, channel, sender, log, make, ask, time },
    look: (path: string, options?: CallOptions) => ask(exists, path, path, options),
    read: (path: string, options?: CallOptions) => ask(getData, path, path, options),
    write: (path: string, size = 1) => ask(setData, { path, data: Buffer.alloc(size), version: -1 }, path),
    turn: () => link.run(),
    sent: () => link.asked().map(({ xid, opcode }) => [xid, opcode]),
    xids: () => link.asked().map(({ xid }) => xid),
    paths: () => link.asked().map(pathOf),
  };
}
