import { describe, expect, it } from '@jest/globals';
import { EMPTY, NEVER, type Observable, defer } from 'rxjs';
import { GoneAway } from '../../../../lib/core/http2Link.js';
import type { Carrier } from '../../../../lib/etcd/v3/carrier.js';
import { settingsOf } from '../../../../lib/etcd/v3/options.js';
import { heartbeat } from '../../../../lib/etcd/v3/session/heartbeat.js';
import { MemberLink } from '../../../../lib/etcd/v3/session/memberLink.js';
import { Session } from '../../../../lib/etcd/v3/session/session.js';
import { VirtualTime } from '../../../helpers/virtualTime.js';

/** A connection to a member, and the times at which it was asked for a sign of life. */
function ground(every = 10_000, answer$: Observable<never> = EMPTY) {
  const time = new VirtualTime();
  const asked: number[] = [];
  const ping = () =>
    defer(() => {
      asked.push(time.now());
      return answer$;
    });
  const link = new MemberLink({ host: 'a', port: 1 }, { ping } as Carrier);
  const ends: string[] = [];
  heartbeat(link, { every, patience: 5000 }, time).subscribe({ error: (error: Error) => ends.push(error.message) });
  return { time, asked, link, ends };
}

describe('a member', () => {
  it('is asked for signs of life while something is under way, and only then', () => {
    const { time, asked, link } = ground();
    time.advance(30_000);
    expect(asked).toEqual([]);
    link.begins();
    time.advance(30_000);
    link.ends();
    time.advance(30_000);
    expect(asked).toEqual([40_000, 50_000, 60_000]);
  });

  it('is asked soon after a request has waited in vain, if another one is under way', () => {
    const { time, asked, link } = ground();
    link.begins();
    time.advance(1000);
    for (let i = 0; i < 5; i++) link.doubt();
    time.advance(100);
    expect(asked).toEqual([1050]);
  });

  it('is asked after the next request, if nothing is under way', () => {
    const { time, asked, link } = ground();
    link.begins();
    link.ends();
    link.doubt();
    time.advance(1000);
    expect(asked).toEqual([]);
    link.begins();
    time.advance(100);
    expect(asked).toEqual([1050]);
  });

  it('that does not answer is silent', () => {
    const { time, ends, link } = ground(10_000, NEVER);
    link.begins();
    time.advance(14_999);
    expect(ends).toEqual([]);
    time.advance(1);
    expect(ends).toEqual(['no sign of life from a:1 for 5000 ms']);
  });

  it.each([6000, 10_000, 20_000])('is never asked twice within the time that servers want, with one of %i', (every) => {
    const { time, asked, link } = ground(every);
    link.begins();
    for (let at = 0; at < 600_000; at += 70) {
      time.advance(70);
      link.doubt();
    }
    const apart = asked.slice(1).map((at, i) => at - asked[i]!);
    expect(asked.length).toBeGreaterThan(20);
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(Math.max(5500, every * 0.6));
  });
});

describe('a client that a server finds too talkative', () => {
  it('asks half as often, up to a bound', () => {
    const transport = () => NEVER;
    const settings = settingsOf({ transport, scheduler: new VirtualTime() });
    const endpoint = { host: 'a', port: 1 };
    const session = new Session([endpoint], settings, transport);
    const after = (reason: number) => {
      session.ends(endpoint, new GoneAway(reason), undefined);
      return session.heartbeatTimes.every;
    };
    expect([after(0), after(11), after(2), after(11)]).toEqual([10_000, 20_000, 20_000, 40_000]);
    for (let i = 0; i < 50; i++) after(11);
    expect(session.heartbeatTimes.every).toBe(600_000);
  });
});
