import type { Member } from '../../../etcd/v3/protocol/cluster.js';
import { Refusals } from '../etcdRefusal.js';
import { type EtcdMember, idOf } from './etcdMember.js';

/**
 * The members as the cluster lists them: those that it has, and those that were added by a client. The latter never
 * start, so they are no part of a quorum.
 */
export class Roster {
  #own: readonly EtcdMember[];
  #added: readonly Member[] = [];
  readonly #removed = new Set<bigint>();

  constructor(members: readonly EtcdMember[]) {
    this.#own = members;
  }

  get all(): readonly Member[] {
    return [...this.#own.map((member) => member.describe()), ...this.#added];
  }

  add(peerUrls: readonly string[], isLearner: boolean): Member {
    if (peerUrls.length === 0 || peerUrls.some((url) => !URL.canParse(url))) throw Refusals.badMemberUrls;
    this.#refuseTaken(peerUrls, 0n);
    if (!isLearner && !this.#canGrow()) throw Refusals.notEnoughStarted;
    if (this.#added.some((member) => !member.isLearner)) throw Refusals.unhealthy; // it has not started
    if (isLearner && this.#added.some((member) => member.isLearner)) throw Refusals.tooManyLearners;
    const member: Member = { id: idOf(`added ${peerUrls.join()}`), name: '', peerUrls, clientUrls: [], isLearner };
    this.#added = [...this.#added, member];
    return member;
  }

  remove(id: bigint): void {
    this.#find(id);
    this.#removed.add(id);
    this.#own = this.#own.filter((member) => member.id !== id);
    this.#added = this.#added.filter((member) => member.id !== id);
  }

  /** Whether there was such a member. Its id does not come again. */
  wasRemoved(id: bigint): boolean {
    return this.#removed.has(id);
  }

  update(id: bigint, peerUrls: readonly string[]): void {
    this.#find(id);
    this.#refuseTaken(peerUrls, id);
    const own = this.#own.find((member) => member.id === id);
    if (own !== undefined) own.peerUrls = peerUrls;
    // a real 3.4 loses the mark of a learner here
    this.#added = this.#added.map((member) => (member.id === id ? { ...member, peerUrls, isLearner: false } : member));
  }

  /** A member that was added never is in sync with the leader. */
  promote(id: bigint): never {
    throw this.#find(id).isLearner ? Refusals.learnerNotReady : Refusals.notALearner;
  }

  /** Whether the members that run are a majority of all voting members and one more. */
  #canGrow(): boolean {
    const voting = this.#own.length + this.#added.filter(({ isLearner }) => !isLearner).length + 1;
    return (this.#own.length === 1 && voting === 2) || this.#own.length * 2 > voting;
  }

  #find(id: bigint): Member {
    const member = this.all.find((one) => one.id === id);
    if (member === undefined) throw Refusals.memberNotFound;
    return member;
  }

  #refuseTaken(peerUrls: readonly string[], except: bigint): void {
    if (this.all.some(({ id, peerUrls: taken }) => id !== except && taken.some((url) => peerUrls.includes(url))))
      throw Refusals.peerUrlExists;
  }
}
