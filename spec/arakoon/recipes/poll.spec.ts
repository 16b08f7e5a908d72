import { beforeEach, describe, expect, it } from '@jest/globals';
import { json, utf8 } from '../../../lib/core/codecs.js';
import { type Polled, poll } from '../../../lib/arakoon/recipes/poll.js';
import { pollPrefix } from '../../../lib/arakoon/recipes/pollPrefix.js';
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

const note = {
  error: (error: { code: string; argument?: string }) => void log.push(`! ${error.argument ?? error.code}`),
  complete: () => void log.push('|'),
};
const show = ({ kind, value, stale }: Polled<unknown>) =>
  `${kind === 'present' ? String(value) : kind}${stale ? '?' : ''}`;
const follow = (every = 100) =>
  poll(arakoon.client.with({ value: utf8 }), 'k', { every }).subscribe({
    ...note,
    next: (polled) => void log.push(show(polled)),
  });
const after = (ms: number) => (time.advance(ms), log.splice(0));

describe('a key that is polled', () => {
  it('is shown as it is found, and then whenever it is found to be another', () => {
    follow();
    expect(after(500)).toEqual(['absent']);
    arakoon.data.set('k', 'a');
    expect(after(500)).toEqual(['a']);
    arakoon.data.set('k', 'b');
    arakoon.data.set('k', 'c');
    expect(after(500)).toEqual(['c']);
    arakoon.data.delete('k');
    expect(after(500)).toEqual(['absent']);
  });

  it('tells no change from there and back', () => {
    arakoon.data.set('k', 'a');
    follow();
    after(50);
    arakoon.data.set('k', 'b');
    time.advance(20);
    arakoon.data.set('k', 'a');
    expect(after(500)).toEqual([]);
  });

  it('is compared by its bytes, and decoded when they have changed', () => {
    arakoon.data.set('k', '{"a":1}');
    const values: unknown[] = [];
    poll(arakoon.client.with({ value: json<{ a: number }>() }), 'k', { every: 100 }).subscribe(({ value }) =>
      values.push(value)
    );
    time.advance(350);
    arakoon.fault = () => 'noMaster';
    time.advance(100);
    arakoon.fault = () => undefined;
    time.advance(100);
    expect(values).toEqual([{ a: 1 }, { a: 1 }, { a: 1 }]); // known, in doubt, known
    expect(values[2]).toBe(values[0]);
  });

  it('is read by one request at a time, which is given up after a second or `every`', () => {
    arakoon.data.set('k', 'a');
    follow();
    after(150);
    arakoon.fault = () => ({ delay: 5000 });
    const before = arakoon.requests.length;
    expect([after(1040), arakoon.requests.length - before]).toEqual([[], 1]); // to within 10 ms of the second
    expect([after(20), after(900), arakoon.requests.length - before]).toEqual([['a?'], [], 2]);
    arakoon.fault = () => ({ delay: 250 });
    arakoon.data.set('k', 'b');
    expect(after(2000)).toEqual(['b']);
  });

  it('is stale, once, while looks fail; and nothing is said before the first that succeeds', () => {
    arakoon.fault = () => 'noMaster';
    follow();
    expect(after(1000)).toEqual([]);
    arakoon.data.set('k', 'a');
    arakoon.fault = () => undefined;
    expect(after(200)).toEqual(['a']);
    arakoon.fault = () => 'lost';
    expect(after(1000)).toEqual(['a?']);
    arakoon.fault = () => undefined;
    expect(after(1000)).toEqual(['a']);
  });

  it('says why it is stale', () => {
    const causes: unknown[] = [];
    arakoon.data.set('k', 'a');
    poll(arakoon.client, 'k', { every: 100 }).subscribe((polled) =>
      causes.push('cause' in polled ? (polled.cause as { code: string }).code : '-')
    );
    after(50);
    arakoon.fault = () => 'noMaster';
    after(100);
    arakoon.fault = () => undefined;
    after(100);
    expect(causes).toEqual(['-', 'TIMEOUT', '-']);
  });

  it('shows what the codec refuses as unreadable, and goes on', () => {
    const seen: unknown[] = [];
    poll(arakoon.client.with({ value: json<number>() }), 'k', { every: 100 }).subscribe((polled) =>
      seen.push(polled.kind === 'unreadable' ? [polled.error.code, polled.error.path] : (polled.value ?? polled.kind))
    );
    for (const text of ['1', '{', '2']) {
      arakoon.data.set('k', text);
      after(200);
    }
    expect(seen).toEqual([1, ['BAD_VALUE', 'k'], 2]);
  });

  it('is not asked for any more when nobody looks', () => {
    const subscription = follow();
    after(250);
    subscription.unsubscribe();
    const { length } = arakoon.requests;
    expect([after(1000), arakoon.requests.length - length]).toEqual([[], 0]);
  });

  it('ends with its client, and errors with what does not pass', () => {
    follow();
    after(50);
    arakoon.fault = () => 'closed';
    expect(after(200)).toEqual(['|']);
    arakoon.fault = () => undefined;
    arakoon.interval = { begin: Buffer.from('m'), end: null };
    follow();
    expect(after(200)).toEqual(['! OUTSIDE_INTERVAL']);
  });

  it('names what is wrong with its options', () => {
    follow(0);
    poll(arakoon.client, 'k', { every: 1, timeout: NaN }).subscribe(note);
    poll(arakoon.client, 'k', { every: 1, never: 1 } as never).subscribe(note);
    expect(after(0)).toEqual(['! options.every', '! options.timeout', '! options.never']);
  });
});

describe('a prefix that is polled', () => {
  const followAll = (prefix = 'w/') =>
    pollPrefix(arakoon.client.with({ value: utf8 }), prefix, { every: 100 }).subscribe({
      ...note,
      next: ({ entries, stale }) =>
        void log.push(`${entries.map(([key, value]) => `${key}=${value}`).join(' ')}${stale ? '?' : ''}`),
    });

  it('is all keys that begin with it, in their order, and no other', () => {
    for (const key of ['w', 'w/', 'w/b', 'w/a', 'w0', 'v']) arakoon.data.set(key, key);
    followAll();
    expect(after(500)).toEqual(['w/=w/ w/a=w/a w/b=w/b']);
    arakoon.data.set('w/a', 'x');
    expect(after(500)).toEqual(['w/=w/ w/a=x w/b=w/b']);
    arakoon.data.delete('w/');
    arakoon.data.set('w/c', '');
    expect(after(500)).toEqual(['w/a=x w/b=w/b w/c=']);
    arakoon.fault = () => 'noMaster';
    expect(after(500)).toEqual(['w/a=x w/b=w/b w/c=?']);
    for (const key of arakoon.data.keys()) arakoon.data.delete(key);
    arakoon.fault = () => undefined;
    expect(after(500)).toEqual(['']);
    arakoon.fault = () => 'closed';
    expect(after(500)).toEqual(['|']);
  });

  it('keeps apart what the codec refuses, and goes on', () => {
    arakoon.data.set('w/a', '1').set('w/b', '{').set('w/c', '3');
    const seen: unknown[] = [];
    pollPrefix(arakoon.client.with({ value: json<number>() }), 'w/', { every: 100 }).subscribe(
      ({ entries, unreadable }) =>
        seen.push([entries, unreadable.map(([key, { code, path }]) => [String(Buffer.from(key)), code, path])])
    );
    after(150);
    arakoon.data.set('w/b', '2');
    after(150);
    const [a, b, c] = [
      ['w/a', 1],
      ['w/b', 2],
      ['w/c', 3],
    ];
    expect(seen).toEqual([
      [[a, c], [['w/b', 'BAD_VALUE', 'w/b']]],
      [[a, b, c], []],
    ]);
  });

  it('can be everything', () => {
    arakoon.data.set('a', '1').set('ÿ', '2');
    followAll('');
    expect([after(150).length, arakoon.requests[0]]).toEqual([1, 'rangeEntries [,)']);
  });
});
