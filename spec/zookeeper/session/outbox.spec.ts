import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Subscriber } from 'rxjs';
import { getData } from '../../../lib/zookeeper/protocol/ops/getData.js';
import { setData } from '../../../lib/zookeeper/protocol/ops/setData.js';
import { Call } from '../../../lib/zookeeper/session/call.js';
import { Outbox, type Priority } from '../../../lib/zookeeper/session/outbox.js';
import { senderGround } from '../../helpers/senderGround.js';
import { meterFor } from '../../helpers/meterFor.js';

// eslint-disable-next-line @typescript-eslint/no-deprecated -- a call needs a subscriber, and nobody subscribes here
const call = (name = '/a') => new Call(getData, name, new Subscriber(), undefined, undefined, meterFor());
const PRIORITIES: readonly Priority[] = ['high', 'normal', 'bulk'];

describe('requests that wait for a link', () => {
  it('are forgotten when nobody waits for them any more, however many there were', () => {
    const outbox = new Outbox();
    const calls = Array.from({ length: 10_000 }, () => call());
    for (const each of calls) outbox.submit(each, 'normal');
    let most = 0;
    calls.forEach((each, i) => {
      each.subscriber.unsubscribe();
      most = Math.max(most, outbox.length - (calls.length - i - 1));
    });
    expect([outbox.length, most <= calls.length / 2]).toEqual([0, true]);
  });

  it('keeps no more than twice the requests that are waited for, and they leave in their order', () => {
    const step = fc.record({
      kind: fc.constantFrom('submit', 'submit', 'leave', 'attach', 'detach'),
      at: fc.nat(50),
      priority: fc.constantFrom(...PRIORITIES),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const outbox = new Outbox();
        const live: { call: Call; priority: Priority }[] = [];
        let attached = false;
        for (const { kind, at, priority } of steps) {
          if (kind === 'submit') {
            live.push({ call: call(), priority });
            outbox.submit(live.at(-1)!.call, priority);
          } else if (kind === 'leave') {
            const [gone] = live.splice(at % Math.max(1, live.length), 1);
            gone?.call.subscriber.unsubscribe();
          } else {
            attached = kind === 'attach';
            outbox.attach(attached ? () => undefined : undefined);
          }
          if (!attached) expect(outbox.length).toBeLessThanOrEqual(2 * live.length);
        }
        const order = PRIORITIES.flatMap((each) => live.filter(({ priority }) => priority === each));
        for (const { call: expected } of order) {
          expect(outbox.next()).toBe(expected);
          outbox.shift();
        }
        expect([outbox.next(), outbox.length]).toEqual([undefined, 0]);
      })
    );
  });

  it('that were about to leave when the link was lost are looked after too', () => {
    const outbox = new Outbox();
    outbox.attach(() => undefined);
    const [a, b, c] = [call(), call(), call()];
    for (const each of [a, b, c]) outbox.submit(each, 'normal');
    a.subscriber.unsubscribe();
    expect(outbox.length).toBe(3); // it is skipped when the turn ends
    outbox.attach(undefined);
    expect(outbox.length).toBe(2);
    b.subscriber.unsubscribe();
    c.subscriber.unsubscribe();
    expect(outbox.length).toBe(0);
  });

  it('are looked after once, however often the link is lost', () => {
    const outbox = new Outbox();
    const waiting = call();
    const add = waiting.subscriber.add.bind(waiting.subscriber);
    let added = 0;
    waiting.subscriber.add = (teardown) => (added++, add(teardown));
    outbox.submit(waiting, 'normal');
    for (let i = 0; i < 5; i++) {
      outbox.attach(() => undefined);
      outbox.attach(undefined);
    }
    expect(added).toBe(1);
  });
});

describe('requests that wait behind a link that takes no more', () => {
  it('cost nothing extra while the queue is short, and are forgotten when it is long', () => {
    const { outbox, link, ask } = senderGround({ maxInFlight: 1 });
    ask(setData, { path: '/a', data: null, version: -1 }, 'first');
    link.run();
    const many = Array.from({ length: 40_000 }, (_, i) =>
      ask(setData, { path: '/a', data: null, version: -1 }, String(i))
    );
    for (const subscription of many) subscription.unsubscribe();
    expect(outbox.length).toBeLessThanOrEqual(2 * 16_384);
    link.run();
    expect(outbox.length).toBe(0);
  });
});
