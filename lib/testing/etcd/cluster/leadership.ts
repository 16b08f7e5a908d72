import type { SchedulerLike, Subscription } from 'rxjs';
import type { EtcdMember } from './etcdMember.js';

/** Hears of changes of the leadership. */
export interface LeadershipListener {
  /** There is a leader with a majority. @param isNew whether it was not the leader before */
  begun(isNew: boolean): void;
  /** There is none. */
  ended(): void;
}

/** Who leads. Members that lose their leader elect another one after the election timeout, if they are a majority. */
export class Leadership {
  readonly #members: readonly EtcdMember[];
  readonly #scheduler: SchedulerLike;
  readonly #electionTimeout: number;
  readonly #listener: LeadershipListener;
  #leader: EtcdMember | undefined;
  #term = 1;
  #since: number;
  #election: Subscription | undefined;
  /** Whether somebody wants that there is no leader. */
  #vacant = false;
  #leads = false;

  constructor(
    members: readonly EtcdMember[],
    scheduler: SchedulerLike,
    electionTimeout: number,
    listener: LeadershipListener
  ) {
    this.#members = members;
    this.#scheduler = scheduler;
    this.#electionTimeout = electionTimeout;
    this.#listener = listener;
    this.#since = scheduler.now();
  }

  /** The leader, if a majority can reach it. */
  get leader(): EtcdMember | undefined {
    return this.#leads ? this.#leader : undefined;
  }

  get term(): number {
    return this.#term;
  }

  /** The time of the scheduler at which the leader was elected. */
  get since(): number {
    return this.#since;
  }

  /** Makes a member the leader, at once; `undefined`: none, until this is called again. */
  elect(member: EtcdMember | undefined): void {
    this.#vacant = member === undefined;
    this.#succeed(member);
    if (member === undefined) for (const each of this.#members) if (each.running) each.leader = 0n;
    this.review();
  }

  /** Members were paused, stopped or cut off, or came back. */
  review(): void {
    this.#election?.unsubscribe();
    const majority = this.#majority();
    const leads = this.#leader !== undefined && majority.includes(this.#leader);
    for (const member of this.#members) {
      member.inQuorum = leads && majority.includes(member);
      if (member.inQuorum) member.leader = this.#leader!.id;
    }
    this.#tell(leads, false);
    for (const member of this.#members) {
      if (member.inQuorum) member.follow();
      member.waits.review();
    }
    if (!this.#vacant && this.#members.some((member) => !member.inQuorum))
      this.#election = this.#scheduler.schedule(() => this.#hold(majority), this.#electionTimeout);
  }

  /** The end: no timer is left. */
  end(): void {
    this.#election?.unsubscribe();
  }

  /** An election: those that are cut off have no leader any more. */
  #hold(majority: readonly EtcdMember[]): void {
    for (const member of this.#members) if (!member.inQuorum && member.running) member.leader = 0n;
    const stays = this.#leader !== undefined && majority.includes(this.#leader);
    if (majority.length > 0 && !stays) {
      this.#succeed(majority[0]);
      this.review();
    } else if (majority.length === 0 && this.#leader?.running === true) this.#leader = undefined; // it steps down
    for (const member of this.#members) member.waits.review();
  }

  #succeed(member: EtcdMember | undefined): void {
    if (member === this.#leader) return;
    if (member !== undefined) this.#term++;
    this.#leader = member;
    this.#since = this.#scheduler.now();
    if (member !== undefined) this.#tell(this.#majority().includes(member), true);
  }

  #tell(leads: boolean, isNew: boolean): void {
    if (leads === this.#leads && !isNew) return;
    this.#leads = leads;
    if (leads) this.#listener.begun(isNew);
    else this.#listener.ended();
  }

  /** The running members of a side that has most of all members. */
  #majority(): readonly EtcdMember[] {
    const running = this.#members.filter((member) => member.running);
    const sideOf = ({ side }: EtcdMember) => running.filter((member) => member.side === side);
    return running.map(sideOf).find((members) => members.length * 2 > this.#members.length) ?? [];
  }
}
