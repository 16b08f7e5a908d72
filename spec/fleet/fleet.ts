import type { Subscription } from 'rxjs';
import { seededRandom } from '../../lib/testing/proxy/seededRandom.js';
import { VirtualClock } from '../../lib/testing/simulator/virtualClock.js';
import type { ZooKeeper } from '../../lib/zookeeper/client/zooKeeper.js';
import { connect } from '../../lib/zookeeper/connect.js';
import { ApacheClient } from './apacheClient.js';
import { Ensemble } from './ensemble.js';
import type { FleetClient, FleetClientParts } from './fleetClient.js';
import { rxClient } from './rxClient.js';
import type { Traffic } from './traffic.js';

/** The clients that are compared. */
export const CLIENTS = {
  Apache: (parts: FleetClientParts) => new ApacheClient(parts),
  'quorum-rx': (parts: FleetClientParts) => rxClient(parts),
  'quorum-rx, set for fleets': (parts: FleetClientParts) => rxClient(parts, FOR_FLEETS),
};

export type ClientKind = keyof typeof CLIENTS;

/** The options that docs/scale.md recommends for thousands of clients. */
const FOR_FLEETS = { backoff: { min: 200, max: 10_000, spread: 1000 }, serverVersion: '3.8.0' };

export interface FleetOptions {
  readonly kind: ClientKind;
  readonly clients: number;
  readonly members: number;
  /** How many nodes there are to watch. */
  readonly nodes: number;
  /** How many of them each client watches. */
  readonly watches: number;
  readonly seed: number;
}

const [SESSION_TIMEOUT, ARRIVAL, STEP] = [30_000, 20_000, 10];
/** After so many milliseconds of virtual time, a fleet that is not whole is a fault. */
const TOO_LONG = 120_000;

/** Many clients that watch nodes of one ensemble, in virtual time. */
export class Fleet {
  readonly clock = new VirtualClock();
  readonly ensemble: Ensemble;
  readonly clients: FleetClient[] = [];
  readonly random: () => number;
  /** A client of its own way, which no member slows down: it makes and changes the nodes. */
  readonly #writer: ZooKeeper;
  #writing: Subscription | undefined;

  constructor({ kind, clients, members, nodes, watches, seed }: FleetOptions) {
    this.random = seededRandom(seed);
    this.ensemble = new Ensemble(this.clock, members);
    this.#writer = this.#open();
    for (let i = 0; i < nodes; i++) this.write(nodeAt(i), 'first');
    for (let i = 0; i < clients; i++) {
      const { ensemble, clock, random } = this;
      const first = Math.floor(random() * nodes);
      const paths = Array.from({ length: watches }, (_, j) => nodeAt((first + j * 7) % nodes));
      const parts = { ensemble, clock, random, paths, sessionTimeout: SESSION_TIMEOUT };
      clock.schedule(() => void this.clients.push(CLIENTS[kind](parts)), random() * ARRIVAL);
    }
    this.clock.advance(ARRIVAL);
    this.becomeWhole();
  }

  /** Sets a node's data, and makes the node if there is none. */
  write(path: string, data: string): void {
    let done = false;
    this.#writer.createOrSet(path, Buffer.from(data), { parents: true }).subscribe({ complete: () => (done = true) });
    while (!done) this.clock.advance(1);
  }

  /** The traffic of each client up to now. */
  traffic(): Traffic[] {
    return this.clients.map(({ traffic }) => traffic.copy());
  }

  /**
   * Lets time pass until every client is whole, and shows this data of this node if one is named. Returns after how
   * many milliseconds each of them was.
   */
  becomeWhole(path?: string, data?: string): number[] {
    const began = this.clock.now();
    let missing = this.clients;
    const times: number[] = [];
    while (missing.length > 0) {
      this.clock.advance(STEP);
      const passed = this.clock.now() - began;
      if (passed > TOO_LONG) throw new Error(`${missing.length} clients are not whole after ${passed} ms`);
      missing = missing.filter((client) => {
        if (!client.whole || (path !== undefined && client.shown(path) !== data)) return true;
        times.push(passed);
        return false;
      });
    }
    return times;
  }

  #open(): ZooKeeper {
    const { clock, random, ensemble } = this;
    const transport = ensemble.server.transport();
    let opened!: ZooKeeper;
    this.#writing = connect(ensemble.connectString, { scheduler: clock, transport, random }).subscribe(
      (zk) => (opened = zk)
    );
    return opened;
  }

  close(): void {
    this.#writing?.unsubscribe();
    for (const client of this.clients) client.close();
    this.clock.advance(1000);
  }
}

/** The path of a node that the fleet may watch. */
export function nodeAt(i: number): string {
  return `/services/settings/node-${String(i).padStart(5, '0')}`;
}
