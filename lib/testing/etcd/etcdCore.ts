import type { Header } from '../../etcd/v3/protocol/kv.js';
import type { Draft } from '../../etcd/v3/protocol/message.js';
import { AuthStore } from './auth/authStore.js';
import { EtcdMember, idOf } from './cluster/etcdMember.js';
import { Leadership } from './cluster/leadership.js';
import { Roster } from './cluster/roster.js';
import type { EtcdServerSettings } from './etcdServerOptions.js';
import { Leases } from './lease/leases.js';
import { Alarms } from './maintenance/alarms.js';
import { onlyKey } from './store/keySpace.js';
import { Mvcc } from './store/mvcc.js';
import type { Writing } from './store/writing.js';
import { V2Cluster } from './v2/v2Cluster.js';
import { V2Log } from './v2/v2Log.js';

const SECOND = 1000;

/** A cluster without sockets: its members, and the data that they agree about. */
export class EtcdCore {
  readonly settings: EtcdServerSettings;
  readonly id: bigint;
  readonly store = new Mvcc();
  readonly leases: Leases;
  readonly auth: AuthStore;
  readonly alarms = new Alarms();
  readonly members: readonly EtcdMember[];
  readonly roster: Roster;
  readonly leadership: Leadership;
  readonly v2: V2Cluster;
  /** The time of the scheduler at which it began. */
  readonly startedAt: number;
  /** Whether watchers are told of each event twice. */
  repeatsEvents = false;
  #index = 4;

  constructor(settings: EtcdServerSettings) {
    const { scheduler, electionTimeout, members } = settings;
    this.settings = settings;
    this.id = idOf(`cluster ${members.join()}`);
    this.startedAt = scheduler.now();
    this.auth = new AuthStore(scheduler, settings.tokenTtl, settings.version.startsWith('3.4.'));
    const log = new V2Log();
    // a real cluster notes two things about each member there, and its version
    const firstIndex = 2 * members.length + 1;
    this.members = members.map((name) => {
      const replica = log.replica(() => scheduler.now(), firstIndex);
      return new EtcdMember(settings, this.store, replica, name);
    });
    this.v2 = new V2Cluster(this.members, log, scheduler, () => this.propose());
    this.roster = new Roster(this.members);
    const shortest = Math.ceil((1.5 * electionTimeout) / SECOND);
    this.leases = new Leases(scheduler, shortest, idOf('lease'), (id) => this.revokeLease(id));
    this.leadership = new Leadership(this.members, scheduler, electionTimeout, {
      begun: (isNew) => {
        this.leases.start(isNew);
        this.v2.start();
      },
      ended: () => {
        this.leases.stop();
        this.v2.stop();
      },
    });
    for (const [key, value] of Object.entries(settings.entries))
      this.change((writing) => writing.put(Buffer.from(key), Buffer.from(value as string), 0n));
    this.leadership.elect(this.member(settings.leader));
    if (settings.rootPassword !== undefined) this.auth.enableWith(settings.rootPassword);
  }

  /** The number of the last entry of the log. */
  get index(): number {
    return this.#index;
  }

  member(name: string | null): EtcdMember | undefined {
    return this.members.find((member) => member.name === name);
  }

  /** The members agree about something. Returns the number of its entry in the log. */
  propose(): number {
    return ++this.#index;
  }

  /** The members agree about a transaction. Those that are in the quorum see its events at once. */
  change<T>(act: (writing: Writing) => T): T {
    const writing = this.store.write();
    const answer = act(writing);
    const events = this.store.commit(writing);
    this.propose();
    if (events.length > 0) {
      this.leases.follow(events);
      for (const member of this.members) if (member.inQuorum) member.hub.follow();
    }
    return answer;
  }

  /** Ends a lease, and deletes its keys in one transaction. */
  revokeLease(id: bigint): void {
    const keys = this.leases.revoke(id);
    this.change((writing) => {
      for (const key of keys) writing.delete(onlyKey(key));
    });
  }

  /** The beginning of an answer of a member. */
  header(member: EtcdMember, revision: number = member.hub.revision): Draft<Header> {
    return { clusterId: this.id, memberId: member.id, revision, raftTerm: BigInt(this.leadership.term) };
  }

  /** The end: no timer is left. */
  end(): void {
    this.leadership.end();
    this.leases.end();
    this.v2.stop();
    for (const member of this.members) member.end();
  }
}
