import type { NamedField } from '../../arakoon/protocol/statistics.js';
import type { WireAcceptor, Wire } from '../host/wire.js';
import { ArakoonConnection } from './arakoonConnection.js';
import { Rc } from './failure.js';
import { Statistics } from './statistics.js';
import type { ArakoonHost, ArakoonHostNode } from './arakoonHost.js';
import { type Edit, Store } from './store/store.js';

/** A node of a cluster, without a socket. */
export class ArakoonNode implements WireAcceptor, ArakoonHostNode {
  readonly host: ArakoonHost;
  readonly name: string;
  readonly store = new Store();
  readonly figures: Statistics;
  readonly connections = new Set<ArakoonConnection>();
  port = 0;
  /** How many transactions it is behind the master. */
  lag = 0;
  /** How many logs it has. */
  tlogs: number;
  collapsing = false;
  accepting = true;
  paused = false;
  goingDown = false;

  constructor(host: ArakoonHost, name: string) {
    this.host = host;
    this.name = name;
    this.tlogs = host.settings.tlogs;
    this.figures = new Statistics(host.settings.now());
  }

  /** Whether the other nodes hear from it. */
  get running(): boolean {
    return this.accepting && !this.paused && !this.goingDown;
  }

  /** Takes a client in, or tells it why not. */
  attach(wire: Wire): ArakoonConnection {
    const connection = new ArakoonConnection(this, wire);
    if (this.goingDown) connection.deny(Rc.goingDown, 'closing socket');
    else if (this.connections.size >= this.host.settings.maxConnections)
      connection.deny(Rc.maxConnections, 'too many clients');
    else this.connections.add(connection);
    return connection;
  }

  left(connection: ArakoonConnection): void {
    this.connections.delete(connection);
  }

  /** Cuts every connection. */
  drop(): void {
    for (const connection of [...this.connections]) connection.destroy();
  }

  resume(): void {
    this.paused = false;
    for (const connection of [...this.connections]) connection.resume();
  }

  /** Another transaction. */
  see(edits: readonly Edit[]): void {
    for (const edit of edits) edit(this.store);
    this.store.txid++;
    this.figures.harvested(1);
  }

  /** Its counters, and the progress of each node, unless it is alone. */
  statistics(): NamedField {
    const { nodes } = this.host;
    return this.figures.report(nodes.length === 1 ? [] : nodes.map(({ name, store }) => [name, store.txid]));
  }
}
