import { type Observable, defer } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import { ConnectionLostError, type CoordinationError } from '../../lib/core/errors.js';
import type { NodeEvent } from '../../lib/zookeeper/protocol/event.js';
import type { Exchange } from '../../lib/zookeeper/session/exchange.js';
import { SessionStreams } from '../../lib/zookeeper/session/sessionStreams.js';
import type { SessionListener } from '../../lib/zookeeper/session/sessionListener.js';
import { WatchRegistry } from '../../lib/zookeeper/session/watchRegistry.js';
import type { CellGround } from '../../lib/zookeeper/watch/cell.js';
import { meterFor } from './meterFor.js';

/** What a cell stands on, with reads from a script and a connection that comes and goes as told. */
export class WatchGround implements CellGround {
  readonly armed: string[] = [];
  readonly disarmed: string[] = [];
  readonly session: {
    readonly watches: WatchRegistry;
    readonly listeners: Set<SessionListener>;
    readonly streams: SessionStreams;
  };
  readonly scheduler: TestScheduler;
  readonly exchange: Exchange;
  reads = 0;

  constructor(scheduler: TestScheduler, reads: Observable<unknown>[]) {
    this.scheduler = scheduler;
    this.exchange = () => defer(() => reads[this.reads++] as Observable<never>);
    const watches = new WatchRegistry({
      arm: ({ path }) => void this.armed.push(path),
      disarm: ({ path }) => void this.disarmed.push(path),
    });
    const streams = new SessionStreams({ kind: 'connecting', epoch: 0 }, meterFor(scheduler));
    this.session = { watches, listeners: new Set(), streams };
  }

  connect(): void {
    this.session.streams.become({
      kind: 'connected',
      epoch: 1,
      id: 1n,
      endpoint: { host: 'h', port: 1 },
      timeout: 1,
      readOnly: false,
      version: 30800,
    });
    for (const listener of [...this.session.listeners]) listener.resumed();
  }

  suspend(cause: CoordinationError = new ConnectionLostError()): void {
    this.session.streams.become({ kind: 'suspended', epoch: 1, id: 1n, deadline: 0, cause });
    for (const listener of [...this.session.listeners]) listener.suspended(cause);
  }

  event(event: NodeEvent): void {
    this.session.watches.dispatch(event);
  }
}
