import { V2StatusRefusal } from '../v2StatusRefusal.js';
import { type HttpAnswer, type HttpRequest, type HttpWork, immediate, json, wrongMethod } from './httpRequest.js';
import type { V2Ground } from './v2Ground.js';

const SECOND = 1000;
const MINUTE = 60;
const HOUR = 3600;
const NO_LATENCY = { current: 0, average: 0, standardDeviation: 0, minimum: 0, maximum: 0 };

/** A request for what a member counts. @param what the path behind `/v2/stats/` */
export function statisticsWork(ground: V2Ground, { method }: HttpRequest, what: string): HttpWork | undefined {
  const tell = { store: () => json(200, ground.member.v2.store.statistics), self, leader }[what];
  if (tell === undefined) return undefined;
  return immediate(method === 'GET' ? () => tell(ground) : wrongMethod('GET'));
}

function self({ core, member }: V2Ground): HttpAnswer {
  const { name, id } = member;
  const { leader, since } = core.leadership;
  const leads = leader === member;
  const appended = core.index;
  const followers = core.members.length - 1;
  return json(200, {
    ...{ name, id: id.toString(16), state: leads ? 'StateLeader' : 'StateFollower', startTime: timeOf(core.startedAt) },
    leaderInfo: {
      leader: member.leader.toString(16),
      uptime: durationOf(core.settings.scheduler.now() - since),
      startTime: timeOf(since),
    },
    recvAppendRequestCnt: leads ? 0 : appended,
    sendAppendRequestCnt: leads ? appended * followers : 0,
  });
}

function leader({ core, member }: V2Ground): HttpAnswer {
  if (core.leadership.leader !== member) return json(403, new V2StatusRefusal(403, 'not current leader'));
  const others = core.members.filter((each) => each !== member);
  const counts = { fail: 0, success: core.index };
  const followers = others.map(({ id }) => [id.toString(16), { latency: NO_LATENCY, counts }] as const);
  return json(200, { leader: member.id.toString(16), followers: Object.fromEntries(followers) });
}

function timeOf(time: number): string {
  return new Date(time).toISOString();
}

/** A duration as Go writes it: `1h2m3.4s`. */
function durationOf(milliseconds: number): string {
  const seconds = milliseconds / SECOND;
  const [hours, minutes] = [Math.floor(seconds / HOUR), Math.floor((seconds % HOUR) / MINUTE)];
  const rest = `${Number((seconds % MINUTE).toFixed(3))}s`;
  return `${hours > 0 ? `${hours}h` : ''}${hours + minutes > 0 ? `${minutes}m` : ''}${rest}`;
}
