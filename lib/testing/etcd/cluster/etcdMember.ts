import { createHash } from 'node:crypto';
import type { Subscription } from 'rxjs';
import type { Member } from '../../../etcd/v3/protocol/cluster.js';
import type { EtcdServerSettings } from '../etcdServerOptions.js';
import type { Mvcc } from '../store/mvcc.js';
import type { V2Replica } from '../v2/v2Log.js';
import { WatchHub } from '../watch/watchHub.js';
import { Waits } from './waits.js';

/** A stream ends after so many election timeouts without a leader, if its client has asked for that. */
const PATIENCE = 3;

/** An id as etcd makes it: 64 bits of a hash of a name. */
export function idOf(name: string): bigint {
  return createHash('sha256').update(name).digest().readBigUInt64BE();
}

/** A member of a cluster: its view of the store and of the leader. */
export class EtcdMember {
  readonly id: bigint;
  readonly name: string;
  readonly hub: WatchHub;
  readonly v2: V2Replica;
  readonly waits = new Waits();
  /** Its connections, to be cut. */
  readonly connections = new Set<{ cut(): void }>();
  /** Called when there is no leader for a long time. */
  readonly needsLeader = new Set<() => void>();
  peerUrls: readonly string[];
  port = 0;
  accepting = true;
  paused = false;
  /** Whether it can reach the leader, and the leader a majority. */
  inQuorum = false;
  /** The number of its side, when the network is split. */
  side = 0;
  readonly #settings: EtcdServerSettings;
  #leader = 0n;
  #leaderless: Subscription | undefined;

  constructor(settings: EtcdServerSettings, store: Mvcc, v2: V2Replica, name: string) {
    this.#settings = settings;
    this.name = name;
    this.id = idOf(`member ${name}`);
    this.hub = new WatchHub(store, settings.scheduler, settings.watchBatch);
    this.v2 = v2;
    this.peerUrls = [`http://${name}:2380`];
  }

  /** Whether the others hear from it. */
  get running(): boolean {
    return this.accepting && !this.paused;
  }

  /** The leader as this member knows it; 0: none. */
  get leader(): bigint {
    return this.#leader;
  }

  set leader(id: bigint) {
    const was = this.#leader;
    this.#leader = id;
    if (id !== 0n) this.#leaderless?.unsubscribe();
    else if (was !== 0n) {
      const { scheduler, electionTimeout } = this.#settings;
      this.#leaderless = scheduler.schedule(() => {
        for (const end of [...this.needsLeader]) end();
      }, PATIENCE * electionTimeout);
    }
  }

  get clientUrls(): readonly string[] {
    const { host, tls } = this.#settings;
    return [`${tls === undefined ? 'http' : 'https'}://${host}:${this.port}`];
  }

  describe(): Member {
    const { id, name, peerUrls, clientUrls } = this;
    return { id, name, peerUrls, clientUrls, isLearner: false };
  }

  /** Learns all that the members have agreed about. */
  follow(): void {
    this.hub.follow();
    this.v2.follow();
  }

  /** Cuts every connection. */
  drop(): void {
    for (const connection of [...this.connections]) connection.cut();
  }

  /** The end: no timer is left. */
  end(): void {
    this.#leaderless?.unsubscribe();
    this.hub.end();
  }
}
