import { beforeEach, describe, expect, it } from '@jest/globals';
import { json } from '../../../lib/core/codecs.js';
import { update } from '../../../lib/arakoon/recipes/update.js';
import { FakeArakoon } from '../../helpers/fakeArakoon.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

let time: VirtualTime;
let arakoon: FakeArakoon;
let log: string[];
beforeEach(() => {
  time = new VirtualTime();
  arakoon = new FakeArakoon(time);
  log = [];
});

const numbers = () => arakoon.client.with({ value: json<number>() });
const run = (change: (n: number | undefined) => number | undefined, ms = 1000) => {
  update(numbers(), 'n', change).subscribe({
    next: (value) => log.push(String(value)),
    error: (error: { code?: string; effect?: string }) =>
      log.push(`! ${error.code ?? String(error)} ${error.effect ?? ''}`.trim()),
    complete: () => log.push('|'),
  });
  time.advance(ms);
  return log.splice(0);
};
const add = (n = 0) => n + 1;

describe('an update', () => {
  it('makes what is not there, changes what is, and deletes it', () => {
    expect([run(add), run(add), arakoon.data.get('n')]).toEqual([['1', '|'], ['2', '|'], '2']);
    expect([run(() => undefined), arakoon.data.has('n')]).toEqual([['undefined', '|'], false]);
  });

  it('writes nothing where nothing changes', () => {
    arakoon.data.set('n', '5');
    expect([run((n) => n), arakoon.requests]).toEqual([['5', '|'], ['get n']]);
    arakoon.data.delete('n');
    expect([run(() => undefined), arakoon.requests.length]).toEqual([['undefined', '|'], 2]);
  });

  it('counts every change once, however many there are at a time', () => {
    const sums: unknown[] = [];
    for (let i = 0; i < 30; i++) update(numbers(), 'n', add).subscribe((n) => sums.push(n));
    time.advance(1000);
    expect([sums, arakoon.data.get('n')]).toEqual([Array.from({ length: 30 }, (_, i) => i + 1), '30']);
    expect(arakoon.requests.length).toBeLessThanOrEqual(4 * 30); // and not as many as all of them overtake each other
  });

  it('begins anew, with what the write has found, when somebody was faster', () => {
    const meddling = ['10', '20', undefined, '30'];
    const given: unknown[] = [];
    const done = run((n) => {
      given.push(n);
      if (meddling.length > 0) {
        const value = meddling.shift();
        if (value === undefined) arakoon.data.delete('n');
        else arakoon.data.set('n', value);
      }
      return add(n);
    });
    expect([done, given, arakoon.requests.filter((request) => request.startsWith('get')).length]).toEqual([
      ['31', '|'],
      [undefined, 10, 20, undefined, 30],
      2,
    ]);
  });

  it.each(['lost', 'lostAfter'] as const)('is not written again when the reply is lost (%s): that is said', (fault) => {
    arakoon.data.set('n', '5');
    arakoon.fault = (request) => (request.startsWith('testAndSet') ? fault : undefined);
    expect([run(add), arakoon.data.get('n'), arakoon.requests.length]).toEqual([
      ['! CONNECTION_LOST unknown'],
      fault === 'lost' ? '5' : '6',
      2,
    ]);
  });

  it('errors with what the codec refuses, what the change throws, and what becomes of the read', () => {
    expect(run(() => { throw new Error('mine'); })).toEqual(['! Error: mine']); // prettier-ignore
    expect(run(() => (() => 1) as never)).toEqual(['! BAD_VALUE none']);
    arakoon.data.set('n', 'no json');
    expect(run(add)).toEqual(['! BAD_VALUE none']);
    arakoon.fault = () => 'noMaster';
    expect(run(add)).toEqual(['! TIMEOUT none']);
  });

  it('writes nothing when it is left before', () => {
    const subscription = update(numbers(), 'n', add).subscribe();
    time.advance(0);
    subscription.unsubscribe();
    time.advance(100);
    expect([arakoon.requests, arakoon.data.size]).toEqual([['get n'], 0]);
  });
});
