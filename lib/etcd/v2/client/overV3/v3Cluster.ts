import { type Observable, catchError, forkJoin, map, mergeMap, of, throwError } from 'rxjs';
import type { CallOptions } from '../../../../client/callOptions.js';
import { sound } from '../../../../client/sound.js';
import { isCoordinationError } from '../../../../core/errors.js';
import type { Etcd } from '../../../v3/client/etcd.js';
import type { Member } from '../../../v3/client/members.js';
import type { EtcdV2Member } from '../../types.js';
import type { Backing } from '../backing.js';
import { checked } from '../fields.js';
import { memberIdOf, urlsOf } from '../membership.js';
import { asV2, refusedWith, unsupported } from './asV2.js';
import { v3Users } from './v3Users.js';

/** The calls about the cluster, over version 3. */
export function v3Cluster(etcd: Etcd<string, string>, defaults: CallOptions): ReturnType<Backing['cluster']> {
  const { members, maintenance } = etcd;
  const call = <T>(
    operation: string,
    options: CallOptions | undefined,
    ask: (options: CallOptions) => Observable<T>
  ): Observable<T> => sound(operation, () => asV2(ask({ ...defaults, ...checked(options, []) }), { operation }));
  const none = (operation: string) => (options?: CallOptions) =>
    call(operation, options, () => throwError(() => unsupported('version 3 counts for Prometheus', { operation })));
  return {
    members: {
      list: (options) => call('members.list', options, (o) => members.list(o).pipe(map((all) => all.map(shown)))),
      leader: (options) =>
        call('members.leader', options, (o) =>
          forkJoin([members.list(o), maintenance.status(o)]).pipe(
            map(([all, { leader }]) => {
              const found = all.find(({ id }) => id === leader);
              if (found === undefined) throw refusedWith(503, 'During election', { operation: 'members.leader' });
              return shown(found);
            })
          )
        ),
      add: (peerUrls, options) =>
        call('members.add', options, (o) => members.add(urlsOf(peerUrls), o).pipe(map(({ member }) => shown(member)))),
      remove: (id, options) =>
        call('members.remove', options, (o) => members.remove(numberOf(id), o).pipe(map(() => undefined))),
      update: (id, peerUrls, options) =>
        call('members.update', options, (o) =>
          members.update(numberOf(id), urlsOf(peerUrls), o).pipe(map(() => undefined))
        ),
    },
    statistics: { leader: none('statistics.leader'), self: none('statistics.self'), store: none('statistics.store') },
    auth: v3Users(etcd, call),
    version: (options) =>
      call('version', options, (o) =>
        forkJoin([maintenance.status(o), members.list(o)]).pipe(
          mergeMap(([{ version }, all]) => {
            const others = all.flatMap(({ clientUrls }) => clientUrls.slice(0, 1));
            const versions = others.map((endpoint) =>
              maintenance.status({ ...o, endpoint }).pipe(
                map((status) => status.version),
                catchError(() => of(version)) // it is not there
              )
            );
            return forkJoin([of(version), ...versions]).pipe(
              map((known) => ({ server: version, cluster: oldest(known).replace(/\d+$/, '0') }))
            );
          })
        )
      ),
    health: (options) =>
      call('health', options, (o) => forkJoin([maintenance.alarms.list(o), etcd.get('health', o)])).pipe(
        map(([alarms]) => alarms.length === 0),
        catchError((error: unknown) =>
          isCoordinationError(error, 'RAFT_INTERNAL') ? of(false) : throwError(() => error)
        )
      ),
  };
}

function shown({ id, name, peerUrls, clientUrls }: Member): EtcdV2Member {
  return { id: id.toString(16), name, peerUrls, clientUrls };
}

function numberOf(id: string): bigint {
  return BigInt(`0x${memberIdOf(id)}`);
}

function oldest(versions: readonly string[]): string {
  const weight = (version: string) =>
    version
      .split('.')
      .slice(0, 2)
      .reduce((sum, part) => sum * 1000 + Number(part), 0);
  return versions.reduce((a, b) => (weight(b) < weight(a) ? b : a));
}
