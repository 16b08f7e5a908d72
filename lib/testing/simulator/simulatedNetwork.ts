import { NEVER, Observable, type SchedulerLike, defer, finalize, throwError } from 'rxjs';
import { type Endpoint, formatEndpoint } from '../../core/endpoint.js';
import { ConnectError } from '../../core/errors.js';
import type { Link, Transport } from '../../core/link.js';
import type { EmbeddedEtcd } from '../etcd/embeddedEtcd.js';
import type { EtcdServerOptions } from '../etcd/etcdServerOptions.js';
import type { EtcdV2Transport } from '../../etcd/v2/options.js';
import type { EtcdTransport } from '../../etcd/v3/options.js';
import type { PipeConditions } from './pipe.js';
import { SimulatedLine } from './simulatedLine.js';
import { type CutManner, SimulatedLink } from './simulatedLink.js';

export type Direction = 'toServer' | 'toClient';

/** The network between one process and the servers. Each field may change at any time. */
export class SimulatedNetwork {
  readonly conditions: Record<Direction, PipeConditions> = { toServer: conditions(), toClient: conditions() };
  /** The fate of an attempt to connect. */
  dial: 'works' | 'refused' | 'hangs' = 'works';
  /** The fate of a four-letter word. */
  words: 'work' | 'refused' | 'mute' = 'work';
  readonly #world: SchedulerLike;
  readonly #clock: SchedulerLike;
  readonly #links = new Set<Pick<SimulatedLink, 'cut' | 'release'>>();
  readonly #toZooKeeper = new Set<SimulatedLink>();

  /** @param clock the clock of the process */
  constructor(world: SchedulerLike, clock: SchedulerLike) {
    this.#world = world;
    this.#clock = clock;
  }

  /** How many links stand. */
  get size(): number {
    return this.#links.size;
  }

  /** Ways to a server of ZooKeeper, or of `other`, that lead through this network. */
  through(direct: Transport, other?: 'other'): Transport {
    return (endpoint) => {
      if (this.dial === 'hangs') return NEVER;
      if (this.dial === 'refused') return throwError(() => refused(endpoint));
      return new Observable<Link>((subscriber) => {
        let link: SimulatedLink | undefined;
        const hungUp = () => {
          way.unsubscribe();
          if (link === undefined) return;
          this.#links.delete(link);
          this.#toZooKeeper.delete(link);
        };
        const way = direct(endpoint).subscribe({
          next: (inner) => {
            link = new SimulatedLink(
              inner,
              this.#world,
              this.#clock,
              this.conditions,
              () => hungUp(),
              (bytes) => this.#passes(link!, bytes)
            );
            this.#links.add(link);
            if (other === undefined) this.#toZooKeeper.add(link);
            subscriber.next(link);
          },
          error: (error: unknown) => subscriber.error(error),
        });
        return () => {
          if (link === undefined) hungUp();
          else link.leave();
        };
      });
    };
  }

  /** Ways to members of etcd. */
  toEtcd(etcd: EmbeddedEtcd, faults: EtcdServerOptions['faults']): EtcdTransport {
    return (endpoint) => {
      if (this.dial === 'hangs') return NEVER;
      if (this.dial === 'refused') return throwError(() => refused(endpoint));
      return defer(() => {
        const line = this.#line();
        return etcd.dial(endpoint, line, faults).pipe(finalize(() => line.leave()));
      });
    };
  }

  /** Ways to members of etcd by version 2: one for each request. */
  toEtcdV2(etcd: EmbeddedEtcd, faults: EtcdServerOptions['faults']): EtcdV2Transport {
    const dial = (endpoint: Endpoint) => {
      if (this.dial === 'hangs') return undefined;
      return this.dial === 'refused' ? refused(endpoint) : this.#line();
    };
    return () => etcd.dialV2(dial, faults);
  }

  /** Ends all links that stand. */
  cut(manner: CutManner): void {
    for (const link of [...this.#links]) link.cut(manner);
  }

  /** Brings bytes to the process that no server of ZooKeeper sent. */
  forge(bytes: Uint8Array): void {
    for (const link of [...this.#toZooKeeper]) link.forge(bytes);
  }

  stall(direction: Direction): void {
    this.conditions[direction].stalled = true;
  }

  flow(direction: Direction): void {
    this.conditions[direction].stalled = false;
    for (const link of [...this.#links]) link.release();
  }

  /** The process is gone: no byte leaves it any more. */
  perish(): void {
    this.dial = 'hangs';
    this.cut('reset');
  }

  /** Everything works again, from the next link on at the latest. */
  heal(): void {
    this.dial = 'works';
    this.words = 'work';
    for (const direction of ['toServer', 'toClient'] as const) {
      Object.assign(this.conditions[direction], conditions());
      this.flow(direction);
    }
  }

  #line(): SimulatedLine {
    const ended = () => void this.#links.delete(line);
    const line: SimulatedLine = new SimulatedLine(this.#world, this.#clock, this.conditions, ended);
    this.#links.add(line);
    return line;
  }

  #passes(link: SimulatedLink, bytes: Uint8Array): boolean {
    const isWord = bytes.length === 4 && bytes.every((byte) => byte >= 0x61 && byte <= 0x7a);
    if (!isWord || this.words === 'work') return true;
    if (this.words === 'refused') link.cut('reset');
    return false;
  }
}

function conditions(): PipeConditions {
  return { delay: 1, stalled: false, cutAfter: undefined, pieces: undefined };
}

function refused(endpoint: Endpoint): ConnectError {
  return new ConnectError(`${formatEndpoint(endpoint)} refused`);
}
