import { NEVER, Observable, type Subscription } from 'rxjs';
import { type ConnectOptions, type ZooKeeper, connect } from '../../lib/index.js';
import { type EmbeddedZooKeeper, type ZooKeeperServerOptions, zooKeeperInMemory } from '../../lib/testing/index.js';
import type { Link, Transport } from '../../lib/core/link.js';
import { VirtualTime } from './virtualTime.js';

/** A client whose link can be cut. */
export interface VirtualClient {
  readonly zk: ZooKeeper;
  /** Ends its session in good order. */
  readonly leave: () => void;
  /** Nothing gets through any more, and nobody says so, until {@link heal}. */
  readonly cut: () => void;
  readonly heal: () => void;
}

/** A server, clients, and time that stands still until it is told to go on. */
export class VirtualWorld {
  readonly time = new VirtualTime();
  readonly server: EmbeddedZooKeeper;
  /** What was logged, each with its moment. */
  readonly log: string[] = [];

  constructor(options: ZooKeeperServerOptions = {}) {
    this.server = zooKeeperInMemory({ scheduler: this.time, tickTime: 100, ...options });
  }

  client(options: ConnectOptions = {}): VirtualClient {
    const direct = this.server.transport({ latency: 1 });
    const links = new Set<() => void>();
    let severed = false;
    const transport: Transport = (endpoint) =>
      severed
        ? NEVER
        : new Observable<Link>((subscriber) => {
            const subscription = direct(endpoint).subscribe(subscriber);
            const sever = () => subscription.unsubscribe();
            links.add(sever);
            return () => (links.delete(sever), sever());
          });
    let zk!: ZooKeeper;
    const session = connect('memory', {
      scheduler: this.time,
      transport,
      serverVersion: '3.8.0',
      sessionTimeout: 4000,
      random: () => 0.5,
      connectTimeout: 500,
      ...options,
    }).subscribe({
      next: (it) => (zk = it),
      error: ({ code }: { code: string }) => void this.log.push(`client ! ${code}`),
    });
    return {
      zk,
      leave: () => session.unsubscribe(),
      cut: () => {
        severed = true;
        for (const sever of [...links]) sever();
      },
      heal: () => void (severed = false),
    };
  }

  /** Subscribes, and logs what comes. */
  watch<T>(name: string, source$: Observable<T>, show: (value: T) => string = String): Subscription {
    const note = (what: string) => void this.log.push(`${name} ${what}`);
    return source$.subscribe({
      next: (value) => note(show(value)),
      error: (error: { code?: string }) => note(`! ${error.code ?? String(error)}`),
      complete: () => note('|'),
    });
  }

  /** Lets so much time pass, and gives what was logged meanwhile. */
  after(ms: number): string[] {
    this.time.advance(ms);
    return this.log.splice(0);
  }

  /** The names of a node's children. */
  children(path: string): string[] {
    return [...this.server.tree(path).keys()]
      .filter((each) => each !== path)
      .map((each) => each.slice(path.length + 1));
  }
}
