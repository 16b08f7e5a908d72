import type { Observable } from 'rxjs';
import { type CallOptions } from '../../../client/callOptions.js';
import { array, text } from '../../../core/check.js';
import { UsageError } from '../../../core/errors.js';
import { ofJson } from '../protocol/answer.js';
import type { Ask } from '../protocol/ask.js';
import { asList, asObject, asText, asTexts } from '../protocol/parsedJson.js';
import type { EtcdV2Member } from '../types.js';
import type { CallMaker } from './callMaker.js';

/**
 * The members of a cluster. Ids are in hexadecimal.
 *
 * Make one change at a time, with a write of a key between two. etcd drops a change that comes before the last one is
 * wholly applied, and answers `INTERNAL` after seven seconds.
 */
export interface MembersV2 {
  list(options?: CallOptions): Observable<readonly EtcdV2Member[]>;
  /** The leader. **Errors** with `UNAVAILABLE` during an election. */
  leader(options?: CallOptions): Observable<EtcdV2Member>;
  /** Adds a member, by its URLs for the other members. **Errors** with `CONFLICT` when there is one with such a URL. */
  add(peerUrls: readonly string[], options?: CallOptions): Observable<EtcdV2Member>;
  /** Removes a member. **Errors** with `NOT_FOUND`, or `GONE` when it was removed before. */
  remove(id: string, options?: CallOptions): Observable<void>;
  /** Changes the URLs of a member. */
  update(id: string, peerUrls: readonly string[], options?: CallOptions): Observable<void>;
}

/** The calls about members. */
export function membership(call: CallMaker): MembersV2 {
  const read = (path: string): Ask => ({ method: 'GET', path, repeat: 'read' });
  const write = (method: 'POST' | 'PUT', path: string, peerUrls: readonly string[]): Ask => ({
    ...{ method, path, repeat: 'once', contentType: 'application/json' },
    body: JSON.stringify({ peerURLs: urlsOf(peerUrls) }),
  });
  return {
    list: (options) =>
      call(
        'members.list',
        options,
        () => read('members'),
        ofJson(({ members }) => asList(members).map(memberOf))
      ),
    leader: (options) => call('members.leader', options, () => read('members/leader'), ofJson(memberOf)),
    add: (peerUrls, options) =>
      call('members.add', options, () => write('POST', 'members', peerUrls), ofJson(memberOf)),
    remove: (id, options) =>
      call(
        'members.remove',
        options,
        () => ({ method: 'DELETE', path: `members/${memberIdOf(id)}`, repeat: 'once' }),
        () => undefined
      ),
    update: (id, peerUrls, options) =>
      call(
        'members.update',
        options,
        () => write('PUT', `members/${memberIdOf(id)}`, peerUrls),
        () => undefined
      ),
  };
}

function memberOf(raw: unknown): EtcdV2Member {
  const it = asObject(raw) ?? {};
  return {
    id: asText(it['id']),
    name: asText(it['name']),
    peerUrls: asTexts(it['peerURLs']),
    clientUrls: asTexts(it['clientURLs']),
  };
}

/** A member's id, checked. */
export function memberIdOf(id: string): string {
  if (/^[0-9a-f]{1,16}$/i.test(text('id', id))) return id;
  throw new UsageError('id', 'must be a number in hexadecimal');
}

/** URLs of a member, checked. */
export function urlsOf(list: readonly string[]): readonly string[] {
  if (array('peerUrls', list).length === 0) throw new UsageError('peerUrls', 'must not be empty');
  return list.map((url, i) => text(`peerUrls[${i}]`, url));
}
