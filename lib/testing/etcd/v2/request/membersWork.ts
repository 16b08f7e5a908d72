import type { Member } from '../../../../etcd/v3/protocol/cluster.js';
import { EtcdRefusal, Refusals } from '../../etcdRefusal.js';
import { V2StatusRefusal } from '../v2StatusRefusal.js';
import { adminWork, unlessRoot } from './adminWork.js';
import { type HttpRequest, type HttpWork, immediate, text, wrongMethod } from './httpRequest.js';
import { type V2Ground, clusterHead } from './v2Ground.js';

const HEXADECIMAL = /^[0-9a-f]{1,16}$/i;

/** A request about the members. @param rest the path behind `/v2/members/` */
export function membersWork(ground: V2Ground, request: HttpRequest, rest: string): HttpWork {
  const { method } = request;
  const { core } = ground;
  if (!/^(?:GET|POST|DELETE|PUT)$/.test(method)) return immediate(wrongMethod('GET', 'POST', 'DELETE', 'PUT'));
  if (method === 'GET') return adminWork(ground, false, () => [200, listed(ground, rest)]);
  const denied = unlessRoot(ground, request);
  if (denied !== undefined) return immediate(denied);
  if (method !== 'POST' && rest === '') return immediate(text(405, 'Method Not Allowed', clusterHead(ground)));
  return adminWork(ground, true, () => {
    const missing = new V2StatusRefusal(404, `No such member: ${rest}`);
    if (method !== 'POST' && !HEXADECIMAL.test(rest)) throw missing;
    const id = method === 'POST' ? 0n : BigInt(`0x${rest}`);
    const urls = method === 'DELETE' ? [] : peerUrls(request);
    try {
      if (method === 'DELETE' && core.roster.wasRemoved(id))
        throw new V2StatusRefusal(410, `Member permanently removed: ${rest}`);
      const added = method === 'POST' ? core.roster.add(urls, false) : undefined;
      if (method === 'DELETE') core.roster.remove(id);
      if (method === 'PUT') core.roster.update(id, urls);
      core.v2.change(ground.member, { kind: 'other' });
      return added === undefined ? [204, ''] : [201, shown(added)];
    } catch (reason) {
      if (!(reason instanceof EtcdRefusal)) throw reason;
      if (reason === Refusals.memberNotFound) throw missing;
      if (reason === Refusals.peerUrlExists) throw new V2StatusRefusal(409, 'membership: peerURL exists');
      throw new V2StatusRefusal(500, 'Internal Server Error');
    }
  });
}

function listed({ core, member }: V2Ground, rest: string): object {
  const members = [...core.roster.all].sort((a, b) => (a.id < b.id ? -1 : 1));
  if (rest === '') return { members: members.map(shown) };
  if (rest !== 'leader') throw new V2StatusRefusal(404, 'Not found');
  const leader = members.find(({ id }) => id === member.leader);
  if (leader === undefined) throw new V2StatusRefusal(503, 'During election');
  return shown(leader);
}

function shown({ id, name, peerUrls, clientUrls }: Member): object {
  return { id: id.toString(16), name, peerURLs: peerUrls, clientURLs: clientUrls };
}

/** The URLs in a body. Throws a refusal in the words of Go. */
function peerUrls({ headers, body }: HttpRequest): readonly string[] {
  const type = (headers['content-type'] ?? '').split(';')[0]!.trim();
  if (type.toLowerCase() !== 'application/json')
    throw new V2StatusRefusal(415, `Bad Content-Type ${type}, accept application/json`);
  const urls = listIn(body.toString());
  if (urls.length === 0) throw new V2StatusRefusal(400, 'no valid URLs given');
  for (const url of urls)
    if (!URL.canParse(url) || /^[^/]*\d:/.test(url))
      throw new V2StatusRefusal(400, `parse "${url}": first path segment in URL cannot contain colon`);
  return urls;
}

function listIn(body: string): readonly string[] {
  try {
    const { peerURLs } = JSON.parse(body) as { peerURLs?: unknown };
    return Array.isArray(peerURLs) ? peerURLs.map(String) : [];
  } catch {
    const [, atKey] = /^\s*\{\s*([^"}\s])/.exec(body) ?? [];
    const [letter] = /\S/.exec(body) ?? [];
    if (atKey !== undefined)
      throw new V2StatusRefusal(400, `invalid character '${atKey}' looking for beginning of object key string`);
    throw new V2StatusRefusal(
      400,
      letter === undefined
        ? 'unexpected end of JSON input'
        : `invalid character '${letter}' looking for beginning of value`
    );
  }
}
