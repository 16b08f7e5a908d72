import type { Observable } from 'rxjs';
import { pullable } from '../../../client/paced.js';
import { sound } from '../../../client/sound.js';
import { knownKeys, oneOf, text } from '../../../core/check.js';
import type { StatusResponse } from '../protocol/maintenance.js';
import * as methods from '../protocol/methods.js';
import type { Alarm, AlarmKind, Maintenance, MemberStatus } from './maintenance.js';
import { memberId } from './members.js';
import type { Methods } from './methods.js';
import { moveLeader } from './moveLeader.js';
import type { MemberCallOptions } from './requestOptions.js';
import { snapshot } from './snapshot.js';
import { revisionOf } from './viewCodec.js';

/** Defragmentation takes long. */
const LONG = 5 * 60_000;
const ALARMS = ['no-space', 'corrupt'] as const;
const ENDPOINT = ['endpoint'] as const;

/** The methods of {@link Maintenance}, as a table. */
export function createMaintenance(base: Methods): Maintenance {
  const { checked, method } = base;
  const alarms = ({ alarms: all }: { readonly alarms: readonly { memberId: bigint; alarm: string }[] }) =>
    all.map((it): Alarm => ({ memberId: it.memberId, alarm: it.alarm as AlarmKind }));
  const version = (reply: { readonly version: string }) => reply.version;
  const nothing = () => ({});
  const versionOf = (value: string) => text('version', value);
  /** A method of several requests, whose options are checked here. */
  const checkedFirst = <T>(
    operation: string,
    options: MemberCallOptions | undefined,
    run: (options: MemberCallOptions) => Observable<T>
  ) => sound(operation, () => run(checked(options, ENDPOINT)));

  return {
    alarms: {
      list: (options) =>
        method('alarms.list', { ...methods.alarm, isRead: true }, [], options, () => ({ action: 'get' }), {
          decode: alarms,
          leaderless: true,
        }),
      arm: (alarm, options) =>
        method('alarms.arm', methods.alarm, [], options, () => request('activate', alarm), {
          decode: alarms,
        }),
      disarm: (alarm, options) =>
        method('alarms.disarm', methods.alarm, [], options, () => request('deactivate', alarm), {
          decode: alarms,
        }),
    },
    downgrade: {
      validate: (to, options) =>
        method(
          'downgrade.validate',
          { ...methods.downgrade, isRead: true },
          [],
          options,
          () => ({ action: 'validate', version: versionOf(to) }),
          { decode: version }
        ),
      enable: (to, options) =>
        method(
          'downgrade.enable',
          methods.downgrade,
          [],
          options,
          () => ({ action: 'enable', version: versionOf(to) }),
          { decode: version }
        ),
      cancel: (options) =>
        method('downgrade.cancel', methods.downgrade, [], options, () => ({ action: 'cancel' }), { decode: version }),
    },
    status: (options) =>
      method('status', methods.status, ENDPOINT, options, nothing, { decode: statusOf, leaderless: true }),
    defragment: (options) =>
      method('defragment', methods.defragment, ENDPOINT, options, nothing, {
        decode: () => undefined,
        leaderless: true,
        timeout: LONG,
      }),
    hash: (options) =>
      method('hash', methods.hash, ENDPOINT, options, nothing, { decode: ({ hash }) => hash, leaderless: true }),
    hashKV: (options) =>
      method(
        'hashKV',
        methods.hashKV,
        [...ENDPOINT, 'revision'],
        options,
        ({ revision }) => (revision === undefined ? {} : { revision: revisionOf('options.revision', revision) }),
        {
          decode: ({ hash, hashRevision, compactRevision, header }) => ({
            ...{ hash, compactRevision, revision: header?.revision ?? 0 },
            hashRevision: hashRevision === 0 ? undefined : hashRevision,
          }),
          leaderless: true,
        }
      ),
    moveLeader: (to, options) =>
      checkedFirst('moveLeader', options, (chosen) => moveLeader(base, memberId('to', to), chosen)),
    snapshot: (options) =>
      pullable((work) => checkedFirst('snapshot', options, (chosen) => snapshot(base, chosen, work))),
  };
}

function request(action: 'activate' | 'deactivate', alarm: Alarm) {
  const { memberId: id, alarm: kind } = knownKeys('alarm', alarm, ['memberId', 'alarm']);
  return { action, memberId: memberId('alarm.memberId', id), alarm: oneOf('alarm.alarm', kind, ALARMS) };
}

function statusOf(reply: StatusResponse): MemberStatus {
  const { header, leader, isLearner, version, dbSize, dbSizeInUse, raftTerm, raftIndex, raftAppliedIndex } = reply;
  const own = header?.memberId ?? 0n;
  return {
    ...{ clusterId: header?.clusterId ?? 0n, memberId: own, leader, isLeader: leader === own && leader !== 0n },
    ...{ isLearner, version, revision: header?.revision ?? 0, dbSize, dbSizeInUse },
    ...{ raftTerm, raftIndex, raftAppliedIndex, errors: reply.errors },
  };
}
