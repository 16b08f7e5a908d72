import { type Observable, catchError, concatMap, forkJoin, map, of } from 'rxjs';
import type { Codec } from '../../core/codecs.js';
import { type Etcd, type OpenOptions, open } from '../../etcd/index.js';
import { etcdStatus } from '../stores/etcdStatus.js';
import { etcdTree } from '../stores/openEtcdTree.js';
import { storeUrl } from '../stores/storeUrl.js';
import { asBranches } from './asBranches.js';
import type { DashStore, MembersSample, SeenBranches } from './dashStore.js';
import type { EtcdEntry } from './etcdEntry.js';
import { etcdLine } from './etcdLine.js';
import type { KeyBranch } from './keyBranch.js';
import type { SessionsState } from './types.js';

const LENGTHS: Codec<number> = { encode: () => null, decode: (bytes) => bytes?.length ?? 0 };
/** The most leases that are asked for one by one. */
const MOST_LEASES = 500;

/** Etcd, for the dashboard. */
export async function etcdDash(url: string, options: OpenOptions): Promise<DashStore<KeyBranch<EtcdEntry>>> {
  const { servers, prefix } = storeUrl(url);
  const client = await open(servers, options);
  const etcd = prefix === '' ? client : client.with({ namespace: prefix });
  return {
    about: { kind: 'etcd', hasVersions: true, modes: [] },
    store: etcdTree(client, prefix),
    tree$: tree(etcd),
    mark: ({ entry }) => ({
      kind: entry === undefined ? 'folder' : (entry.facts?.lease ?? 0n) === 0n ? 'node' : 'ephemeral',
      bytes: entry?.value ?? 0,
      version: entry?.facts === undefined ? '' : `${entry.facts.modRevision}`,
    }),
    plots: { Revisions: 'per second', 'Time to answer': 'ms, to this dashboard', 'Size in use': 'bytes' },
    sample: () => sample(client),
    locksAt(branch) {
      const lock = etcdLine(branch);
      return lock === undefined ? [] : [lock];
    },
    sessions: () => leases(etcd),
    client,
    close: () => client.close(),
  };
}

function tree(etcd: Etcd): Observable<SeenBranches<KeyBranch<EtcdEntry>>> {
  const none: ReadonlyMap<string, EtcdEntry> = new Map();
  return etcd
    .with({ value: LENGTHS })
    .watchPrefix('')
    .pipe(
      map(({ entries = none, cause }) => ({ entries, cause })),
      asBranches<EtcdEntry>(Object.is)
    );
}

function sample(client: Etcd): Observable<MembersSample> {
  const alarms$ = client.maintenance.alarms.list().pipe(
    map((alarms) => alarms.map(({ memberId, alarm }) => `${alarm}, of the member ${memberId.toString(16)}`)),
    catchError((error: unknown) => of([`alarms are not known: ${(error as Error).message}`]))
  );
  return forkJoin([etcdStatus(client), alarms$]).pipe(
    map(([members, alarms]) => ({
      alarms,
      members: members.map(({ server, role, problem, ...facts }) => {
        const gauge = (name: string, figure: string | number | undefined) =>
          typeof figure === 'number' ? { [name]: figure } : {};
        return {
          server,
          role,
          facts,
          ...(problem !== undefined && { problem: String(problem) }),
          gauges: { ...gauge('Time to answer', facts['ms']), ...gauge('Size in use', facts['bytes in use']) },
          counters: gauge('Revisions', facts['revision']),
        };
      }),
    }))
  );
}

function leases(etcd: Etcd): Observable<SessionsState> {
  return etcd.leases.list().pipe(
    concatMap((ids) => {
      const asked = ids.slice(0, MOST_LEASES).map((id) => etcd.leases.timeToLive(id, { keys: true }));
      return (asked.length === 0 ? of([]) : forkJoin(asked)).pipe(
        map((all) => ({
          sessions: all.map(({ id, ttl, left, keys }) => ({
            id: id.toString(16),
            keys: keys.length,
            'granted, s': ttl / 1000,
            'left, s': left === undefined ? undefined : left / 1000,
          })),
          paths: new Map(all.map(({ id, keys }) => [id.toString(16), keys.map((key) => `/${key}`)])),
          problems: ids.length > MOST_LEASES ? [`${ids.length} leases, of which ${MOST_LEASES} are shown`] : [],
        }))
      );
    })
  );
}
