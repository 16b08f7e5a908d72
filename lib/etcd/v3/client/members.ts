import type { Observable } from 'rxjs';
import type { CallOptions } from '../../../client/callOptions.js';
import { array, flag, show, text } from '../../../core/check.js';
import { UsageError } from '../../../core/errors.js';
import { memberAdd, memberList, memberPromote, memberRemove, memberUpdate } from '../protocol/methods.js';
import type { Methods } from './methods.js';

/** A server of the cluster, as the cluster knows it. */
export interface Member {
  readonly id: bigint;
  /** Empty until it has started. */
  readonly name: string;
  /** Where the other members reach it. */
  readonly peerUrls: readonly string[];
  /** Where clients reach it. Empty until it has started. */
  readonly clientUrls: readonly string[];
  /** Whether it only follows, and does not vote. */
  readonly isLearner: boolean;
}

/**
 * The servers of the cluster. Each method **emits** one value and completes. A change of the cluster is sent once:
 * after an error with the effect `'unknown'`, ask for the list.
 *
 * Make one change at a time, with a write of a key between two. etcd drops a change that comes before the last one is
 * wholly applied, and answers `TIMED_OUT` after seven seconds.
 */
export interface Members {
  /**
   * The members.
   *
   * @param options.serializable whether the member that is connected may answer by itself. Servers before 3.5 always do
   */
  list(options?: CallOptions & { readonly serializable?: boolean }): Observable<readonly Member[]>;
  /**
   * Adds a member, which is then to be started. **Errors** with `PEER_URL_EXISTS`, and with
   * `NOT_ENOUGH_STARTED_MEMBERS` if the cluster would lose its quorum.
   *
   * @param options.learner whether it only follows until {@link promote}. Default `false`
   * @example
   * ```ts
   * etcd.members.add(['http://10.0.0.4:2380'], { learner: true }).subscribe(({ member, members }) => {
   *   console.log('start it with an --initial-cluster of', members.length, 'members; its id is', member.id);
   * });
   * ```
   */
  add(
    peerUrls: readonly string[],
    options?: CallOptions & { readonly learner?: boolean }
  ): Observable<{ readonly member: Member; readonly members: readonly Member[] }>;
  /** Gives a member other peer URLs. **Emits** all members. **Errors** with `MEMBER_NOT_FOUND`. */
  update(id: bigint, peerUrls: readonly string[], options?: CallOptions): Observable<readonly Member[]>;
  /** Removes a member. **Emits** the others. **Errors** with `MEMBER_NOT_FOUND`. */
  remove(id: bigint, options?: CallOptions): Observable<readonly Member[]>;
  /**
   * Lets a learner vote. **Emits** all members. **Errors** with `LEARNER_NOT_READY` while it is behind the leader, and
   * with `NOT_A_LEARNER`.
   */
  promote(id: bigint, options?: CallOptions): Observable<readonly Member[]>;
}

/** The methods of {@link Members}, as a table. */
export function createMembers({ method }: Methods): Members {
  const decode = ({ members }: { readonly members: readonly Member[] }) => members;
  return {
    list: (options) =>
      method(
        'members.list',
        memberList,
        ['serializable'],
        options,
        ({ serializable = false }) => ({ linearizable: !flag('options.serializable', serializable) }),
        { decode, leaderless: options?.serializable }
      ),
    add: (peerUrls, options) =>
      method(
        'members.add',
        memberAdd,
        ['learner'],
        options,
        ({ learner = false }) => ({ peerUrls: urls(peerUrls), isLearner: flag('options.learner', learner) }),
        { decode: ({ member, members }) => ({ member: member!, members }) }
      ),
    update: (id, peerUrls, options) =>
      method(
        'members.update',
        memberUpdate,
        [],
        options,
        () => ({ id: memberId('id', id), peerUrls: urls(peerUrls) }),
        { decode }
      ),
    remove: (id, options) =>
      method('members.remove', memberRemove, [], options, () => ({ id: memberId('id', id) }), { decode }),
    promote: (id, options) =>
      method('members.promote', memberPromote, [], options, () => ({ id: memberId('id', id) }), { decode }),
  };
}

/** The id of a member. */
export function memberId(argument: string, id: bigint): bigint {
  if (typeof id === 'bigint' && id > 0n && id < 1n << 64n) return id;
  throw new UsageError(argument, `must be the id of a member, a bigint from 1 to 2^64 - 1, not ${show(id)}`);
}

function urls(peerUrls: readonly string[]): readonly string[] {
  const list = array('peerUrls', peerUrls).map((url, i) => text(`peerUrls[${i}]`, url));
  if (list.length === 0) throw new UsageError('peerUrls', 'must have at least one URL');
  return list;
}
