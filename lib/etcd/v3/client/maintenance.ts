import type { Observable } from 'rxjs';
import type { CallOptions } from '../../../client/callOptions.js';
import type { Pullable } from '../../../client/paced.js';
import type { MemberCallOptions } from './requestOptions.js';

/** How a member is. Sizes are in bytes. */
export interface MemberStatus {
  readonly clusterId: bigint;
  readonly memberId: bigint;
  /** The id of the leader; `0n` while there is none. */
  readonly leader: bigint;
  readonly isLeader: boolean;
  readonly isLearner: boolean;
  /** The version of the server. */
  readonly version: string;
  /** The newest revision of the store here. */
  readonly revision: number;
  /** The size of the database file, with the space that is free inside of it. */
  readonly dbSize: number;
  readonly dbSizeInUse: number;
  readonly raftTerm: number;
  readonly raftIndex: number;
  readonly raftAppliedIndex: number;
  /** Alarms, and other trouble, in the words of the server. */
  readonly errors: readonly string[];
}

/** The reason of an alarm. */
export type AlarmKind = 'no-space' | 'corrupt';

/** An alarm that a member has raised. */
export interface Alarm {
  readonly memberId: bigint;
  /** `'no-space'`: the quota is used up, and the cluster refuses writes. `'corrupt'`: the members disagree. */
  readonly alarm: AlarmKind;
}

/** The alarms of a cluster. */
export interface Alarms {
  /** All alarms of all members. */
  list(options?: CallOptions): Observable<readonly Alarm[]>;
  /** Raises an alarm. **Emits** it. */
  arm(alarm: Alarm, options?: CallOptions): Observable<readonly Alarm[]>;
  /**
   * Ends an alarm. **Emits** it, or nothing in the list if there was none. First make space: compact and defragment.
   *
   * @example
   * ```ts
   * import { concatMap, from } from 'rxjs';
   *
   * const { alarms } = etcd.maintenance;
   * alarms.list().pipe(concatMap((all) => from(all).pipe(concatMap((alarm) => alarms.disarm(alarm))))).subscribe();
   * ```
   */
  disarm(alarm: Alarm, options?: CallOptions): Observable<readonly Alarm[]>;
}

/** Of a store, at a revision: members with equal data have equal hashes. */
export interface KeyValueHash {
  readonly hash: number;
  /** The revision up to which the hash goes. Before 3.6 it is `undefined`: then it is the one that was asked for. */
  readonly hashRevision: number | undefined;
  /** The revision before which history is forgotten. Compare hashes only of members that have the same one. */
  readonly compactRevision: number;
  /** The newest revision of the store. */
  readonly revision: number;
}

/** Moves between versions of the cluster. They need 3.5; older servers refuse with `UNIMPLEMENTED`. */
export interface Downgrade {
  /** Asks whether the cluster could go down to a version, as in `'3.5'`. **Emits** its version now. */
  validate(version: string, options?: CallOptions): Observable<string>;
  /** Prepares the cluster for servers of an older version. */
  enable(version: string, options?: CallOptions): Observable<string>;
  /** Gives a downgrade up. Before 3.6 it errors with `NO_DOWNGRADE` if there is none. **Emits** the version now. */
  cancel(options?: CallOptions): Observable<string>;
}

/**
 * The care of a cluster. The requests with an `endpoint` are about one member: the one that the client is connected to,
 * unless the option names another.
 */
export interface Maintenance {
  readonly alarms: Alarms;
  readonly downgrade: Downgrade;
  /** How a member is. It answers without a leader too. */
  status(options?: MemberCallOptions): Observable<MemberStatus>;
  /**
   * Gives free space of the database file back. The member does nothing else meanwhile: take one after the other, and
   * the leader last. The default of `timeout` is five minutes.
   */
  defragment(options?: MemberCallOptions): Observable<void>;
  /** The hash of the whole database file. Members agree only if their histories do; {@link hashKV} says more. */
  hash(options?: MemberCallOptions): Observable<number>;
  /**
   * The hash of all keys and their history. **Errors** with `COMPACTED` and `FUTURE_REVISION`.
   *
   * @param options.revision the last revision to go into it. Default: the newest
   */
  hashKV(options?: MemberCallOptions & { readonly revision?: number }): Observable<KeyValueHash>;
  /**
   * Makes another member the leader. It is sent to the leader, which is found by its `clientUrls`, or at `endpoint`.
   * **Errors** with `NOT_LEADER`, and with `BAD_TRANSFEREE`.
   *
   * @param to the id of a member that votes
   */
  moveLeader(to: bigint, options?: MemberCallOptions): Observable<void>;
  /**
   * A copy of the database file of a member, piece by piece, over a connection of its own. Together the pieces are a
   * file that `etcdctl snapshot restore` takes: its last 32 bytes are the SHA-256 of the others.
   *
   * - **Emits** bytes, as fast as they come. `for await` takes them no faster than its body is done with them: the
   *   server is held back, and little waits here. **Completes** when all have come, and their sum is right.
   * - **Errors** with `PROTOCOL` when the sum is wrong, or pieces are missing; with `TIMEOUT` when nothing comes within
   *   `timeout`.
   * - **Unsubscribing** closes the connection.
   *
   * @example
   * ```ts
   * import { open } from 'node:fs/promises';
   *
   * await using file = await open('backup.db', 'w');
   * for await (const piece of etcd.maintenance.snapshot()) await file.write(piece);
   * ```
   */
  snapshot(options?: MemberCallOptions): Pullable<Uint8Array>;
}
