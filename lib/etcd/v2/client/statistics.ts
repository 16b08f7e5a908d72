import { type Observable, mergeMap } from 'rxjs';
import { type CallOptions } from '../../../client/callOptions.js';
import type { Endpoint } from '../../../core/endpoint.js';
import { ProtocolError } from '../../../core/errors.js';
import { ofJson } from '../protocol/answer.js';
import { endpointOf } from '../protocol/clusterRequests.js';
import { asNumber, asObject, asText } from '../protocol/parsedJson.js';
import type { LeaderStatistics, SelfStatistics } from '../types.js';
import type { CallMaker } from './callMaker.js';
import type { MembersV2 } from './membership.js';

/** The counters of members. */
export interface StatisticsV2 {
  /** Of the leader about its followers: asks which member that is, and then this member. */
  leader(options?: CallOptions): Observable<LeaderStatistics>;
  /** Of the member in use about itself. */
  self(options?: CallOptions): Observable<SelfStatistics>;
  /** How often the member in use has done each operation, such as `getsSuccess`, and how many `watchers` it has. */
  store(options?: CallOptions): Observable<Readonly<Record<string, number>>>;
}

/** The calls about statistics. */
export function statistics(call: CallMaker, members: MembersV2, secure: boolean): StatisticsV2 {
  const get = <T>(
    what: string,
    options: CallOptions | undefined,
    read: (json: Readonly<Record<string, unknown>>) => T,
    at?: Endpoint
  ) =>
    call(
      `statistics.${what}`,
      options,
      () => ({ method: 'GET', path: `stats/${what}`, repeat: 'read' }),
      ofJson(read),
      at
    );
  return {
    leader: (options) =>
      members.leader(options).pipe(
        mergeMap(({ clientUrls }) => {
          const at = clientUrls.map((url) => endpointOf(url, secure)).find((it) => it !== undefined);
          if (at === undefined) throw new ProtocolError('the leader has no address', { effect: 'none' });
          return get('leader', options, (json) => json as unknown as LeaderStatistics, at);
        })
      ),
    self: (options) => get('self', options, selfOf),
    store: (options) => get('store', options, (json) => json as Readonly<Record<string, number>>),
  };
}

function selfOf(it: Readonly<Record<string, unknown>>): SelfStatistics {
  const leader = asObject(it['leaderInfo']) ?? {};
  return {
    id: asText(it['id']),
    name: asText(it['name']),
    state: asText(it['state']),
    startTime: asText(it['startTime']),
    leaderInfo: {
      leader: asText(leader['leader']),
      uptime: asText(leader['uptime']),
      startTime: asText(leader['startTime']),
    },
    receivedAppendRequests: asNumber(it['recvAppendRequestCnt']),
    sentAppendRequests: asNumber(it['sendAppendRequestCnt']),
  };
}
