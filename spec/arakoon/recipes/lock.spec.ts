import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NEVER, type Observable, Subject, concat, concatMap, of, takeUntil, throwError } from 'rxjs';
import { json } from '../../../lib/core/codecs.js';
import { steps } from '../../../lib/arakoon/client/steps.js';
import { breakLock } from '../../../lib/arakoon/recipes/breakLock.js';
import type { HeldLock } from '../../../lib/arakoon/recipes/heldLock.js';
import { type LockOptions, lock } from '../../../lib/arakoon/recipes/lock.js';
import { lockState } from '../../../lib/arakoon/recipes/lockState.js';
import { acquire } from '../../../lib/lease/acquire.js';
import { type WhileHeldOptions, whileHeld } from '../../../lib/lease/whileHeld.js';
import { type Fault, FakeArakoon } from '../../helpers/fakeArakoon.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

let time: VirtualTime;
let arakoon: FakeArakoon;
let log: string[];
beforeEach(() => {
  time = new VirtualTime();
  arakoon = new FakeArakoon(time);
  log = [];
});

const after = (ms: number) => (time.advance(ms), log.splice(0));
const contend = (name: string, options: LockOptions = {}, seen?: (held: HeldLock) => void) =>
  lock(arakoon.client, 'l', { owner: name, ...options }).subscribe({
    next: (held) => (log.push(`${name} holds ${held.token}`), seen?.(held)),
    error: ({ code, argument }: { code: string; argument?: string }) => log.push(`${name} ! ${argument ?? code}`),
    complete: () => log.push(`${name} |`),
  });
/** What the key says, without the id of the attempt. */
const said = () => arakoon.data.get('l')?.replace(/ [\da-f-]{36}/, '');

describe('a lock', () => {
  it('is had by one at a time, and by the next who looks when it is given back', () => {
    const a = contend('ann');
    expect([after(100), said()]).toEqual([['ann holds 1'], '1 ann']);
    const b = contend('bob');
    expect(after(10_000)).toEqual([]);
    a.unsubscribe();
    expect([after(1100), said()]).toEqual([['bob holds 2'], '2 bob']);
    b.unsubscribe();
    expect([after(10), said()]).toEqual([[], '2']);
  });

  it('is had by one of many who see it free at the same moment', () => {
    for (let i = 0; i < 5; i++) contend(`${i}`);
    expect(after(5000)).toEqual(['0 holds 1']);
  });

  it('is given back, once, with `release`, which says when that is done; then it completes', () => {
    contend('ann', {}, (held) =>
      held
        .release()
        .pipe(concatMap(() => held.release()))
        .subscribe(() => log.push(`released ${said()} ${held.signal.aborted}`))
    );
    expect(after(100)).toEqual(['ann holds 1', 'ann |', 'released 1 true']);
    expect([after(5000), arakoon.requests.filter((request) => request.startsWith('testAndSet')).length]).toEqual([
      [],
      2,
    ]);
  });

  it.each<[string, readonly (Fault | undefined)[]]>([
    ['late', [{ delay: 3000 }]],
    ['lost, and sent again late', ['lostAfter', { delay: 3000 }]],
    ['lost twice', ['lostAfter', 'lostAfter']],
    ['done late, after it was sent again', [{ doneLate: 400 }, { delay: 3000 }]],
  ])('that is given back is not lost, when the release is answered %s', (_, faults) => {
    const queue = [...faults];
    contend('ann', { every: 100 }, (held) => {
      arakoon.fault = (request) => (request.startsWith('testAndSet') ? queue.shift() : undefined);
      held.release().subscribe({ complete: () => log.push('released') });
    });
    const seen = after(10_000);
    expect([seen.sort(), said()]).toEqual([['ann holds 1', 'ann |', 'released'], '1']);
  });

  it('that is given back is not lost, when nobody waits for the release, and another takes it meanwhile', () => {
    contend('ann', { every: 500 }, (held) => {
      arakoon.fault = (request) => (request.startsWith('testAndSet') ? 'lostAfter' : undefined);
      const release = held.release().subscribe();
      time.schedule(() => release.unsubscribe(), 50);
    });
    after(100);
    arakoon.fault = () => undefined;
    contend('bob');
    expect(after(300)).toEqual(['bob holds 2']);
    expect(after(5000)).toEqual(['ann |']);
  });

  it('stays where its holder has crashed, until somebody breaks it', () => {
    const answers: boolean[] = [];
    arakoon.data.set('l', '7 0d54 gone');
    contend('bob');
    expect(after(60_000)).toEqual([]);
    breakLock(arakoon.client, 'l', 6n).subscribe((done) => answers.push(done));
    expect([after(2000), answers]).toEqual([[], [false]]);
    lockState(arakoon.client, 'l')
      .pipe(concatMap(({ token, holder }) => (log.push(holder!), breakLock(arakoon.client, 'l', token))))
      .subscribe((done) => answers.push(done));
    expect([after(2000), answers]).toEqual([
      ['0d54 gone', 'bob holds 8'],
      [false, true],
    ]);
  });

  it('is lost, within `every`, when it is broken or taken away; its signal aborts', () => {
    let held!: HeldLock;
    contend('ann', { every: 500 }, (it) => (held = it));
    after(100);
    breakLock(arakoon.client, 'l', 1n).subscribe();
    held.signal.addEventListener('abort', () => log.push(`aborted: ${held.signal.reason.code}`));
    expect(after(600)).toEqual(['aborted: LEASE_LOST', 'ann ! LEASE_LOST']); // in this order: work under it ends first
    contend('ann');
    after(100);
    arakoon.data.delete('l');
    expect(after(1100)).toEqual(['ann holds 2', 'ann ! LEASE_LOST'].slice(1));
  });

  it('guards what its holder writes, from the moment that it is broken', () => {
    let held!: HeldLock;
    contend('ann', { every: 60_000 }, (it) => (held = it));
    after(100);
    const write = () => {
      held
        .sequence([steps.set('/data', Buffer.from('x'))])
        .subscribe({ next: () => log.push('written'), error: ({ code }: { code: string }) => log.push(code) });
      return [after(10), arakoon.data.delete('/data')];
    };
    expect(write()).toEqual([['written'], true]);
    breakLock(arakoon.client, 'l', 1n).subscribe();
    after(10);
    expect([write(), held.signal.aborted]).toEqual([[['ASSERTION_FAILED'], false], false]);
  });

  it('guards values of any kind', () => {
    let held!: HeldLock<string, { n: number }>;
    lock(arakoon.client.with({ value: json<{ n: number }>() }), 'l').subscribe((it) => (held = it));
    after(10);
    held.sequence([steps.set('/data', { n: 1 })]).subscribe(() => log.push('written'));
    expect([after(10), arakoon.data.get('/data')]).toEqual([['written'], '{"n":1}']);
  });

  it('costs one look in each `every` while it is held, and none before the first is over', () => {
    contend('ann', { every: 1000 });
    after(999);
    expect(arakoon.requests.length).toBe(2); // the look that found it free, and the change
    after(3000);
    expect(arakoon.requests.length).toBe(5);
  });

  it('is kept, and waited for, while there is no master', () => {
    contend('ann');
    after(100);
    arakoon.fault = () => 'noMaster';
    contend('bob', { every: 100 });
    expect(after(60_000)).toEqual([]);
    arakoon.fault = () => undefined;
    expect(after(5000)).toEqual([]);
    arakoon.data.set('l', '1');
    expect(after(2000).sort()).toEqual(['ann ! LEASE_LOST', 'bob holds 2']);
  });

  it.each<[string, Fault]>([
    ['with nothing done', 'lost'],
    ['after it was done', 'lostAfter'],
    ['and it is done later, when it was asked again', { doneLate: 2000 }],
    ['and it is done while it is asked again', { doneLate: 50 }],
  ])('is ours when the reply that says so is lost, %s', (_, fault) => {
    let losses = 0;
    arakoon.fault = (request) => (request.startsWith('testAndSet') && ++losses <= 2 ? fault : undefined);
    const a = contend('ann', { every: 100_000 });
    expect([after(5000), said()]).toEqual([['ann holds 1'], '1 ann']);
    a.unsubscribe();
    expect([after(5000), said()]).toEqual([[], '1']);
    contend('bob');
    expect(after(100)).toEqual(['bob holds 2']);
  });

  it('is not taken by a request that comes long after its lock was given back', () => {
    let first = true;
    arakoon.fault = (request) =>
      request.startsWith('testAndSet') && first ? ((first = false), { doneLate: 30_000 }) : undefined;
    const a = contend('ann');
    after(1000);
    a.unsubscribe();
    expect([after(60_000), said()]).toEqual([['ann holds 1'].slice(1), '1']);
  });

  it('is given back over lost replies, and while there is no master', () => {
    const a = contend('ann');
    after(100);
    let troubles = 0;
    arakoon.fault = (request) =>
      request.startsWith('testAndSet') ? (['lost', 'noMaster', 'lostAfter'] as const)[troubles++] : undefined;
    a.unsubscribe();
    expect([after(20_000), said(), troubles]).toEqual([[], '1', 4]);
  });

  it('is given back when it is left while it is being acquired, at whatever moment', () => {
    for (let ms = 0; ms < 6; ms++) {
      const left = contend('ann', { every: 10_000 });
      time.advance(ms);
      left.unsubscribe();
      after(20);
      expect([ms, said() ?? '0']).toEqual([ms, expect.stringMatching(/^\d+$/)]);
    }
  });

  it('is not waited for any more when it is left', () => {
    arakoon.data.set('l', '1 other');
    const left = contend('ann');
    after(2500);
    left.unsubscribe();
    const { length } = arakoon.requests;
    expect([after(10_000), arakoon.requests.length - length]).toEqual([[], 0]);
  });

  it('is given up after a while', () => {
    arakoon.data.set('l', '1 other');
    contend('ann', { timeout: 3000 });
    expect(after(2999)).toEqual([]);
    expect(after(1)).toEqual(['ann ! NOT_ACQUIRED']);
    contend('bob', { timeout: 3000 });
    arakoon.data.set('l', '1');
    expect(after(20_000)).toEqual(['bob holds 2']); // and is kept beyond it
  });

  it('ends with its client, and leaves alone what is no lock', () => {
    arakoon.fault = () => 'closed';
    contend('ann');
    expect(after(100)).toEqual(['ann ! CLOSED']);
    arakoon.fault = () => undefined;
    for (const text of ['', 'hello', '0', '-1 x', '1  ', '1 a\nb', '\xff']) {
      arakoon.data.set('l', text);
      contend('ann');
      expect([text, after(100), arakoon.data.get('l')]).toEqual([text, ['ann ! BAD_VALUE'], text]);
    }
  });

  it('names what is wrong with its options', () => {
    for (const options of [{ every: 0 }, { timeout: -1 }, { owner: 'a\nb' }, { wait: 1 }] as LockOptions[])
      contend('x', options);
    expect(after(0)).toEqual(['x ! options.every', 'x ! options.timeout', 'x ! options.owner', 'x ! options.wait']);
  });

  it('is never held by two, nor by nobody for ever, whatever is lost, late or left', () => {
    const fault = fc.oneof(
      { weight: 5, arbitrary: fc.constant(undefined) },
      fc.constantFrom<Fault>('lost', 'lostAfter', 'noMaster'),
      fc.integer({ min: 1, max: 3000 }).map((doneLate): Fault => ({ doneLate }))
    );
    const stay = fc.integer({ min: 0, max: 1500 });
    fc.assert(
      fc.property(
        fc.array(fault, { maxLength: 60 }),
        fc.array(fc.tuple(stay, stay), { minLength: 2, maxLength: 8 }),
        (faults, visits) => {
          time = new VirtualTime();
          arakoon = new FakeArakoon(time);
          const left = [...faults];
          arakoon.fault = () => left.shift();
          const holders = new Set<number>();
          const tokens: bigint[] = [];
          visits.forEach(([comes, stays], i) => {
            time.schedule(() => {
              const gone$ = new Subject<void>();
              lock(arakoon.client, 'l', { every: 100 })
                .pipe(takeUntil(gone$))
                .subscribe((held) => {
                  expect([...holders]).toEqual([]);
                  holders.add(i);
                  tokens.push(held.token);
                });
              time.schedule(() => (holders.delete(i), gone$.next()), stays + 1);
            }, comes);
          });
          time.advance(120_000);
          expect([...tokens].sort((a, b) => Number(a - b))).toEqual(tokens);
          expect(new Set(tokens).size).toBe(tokens.length);
          arakoon.fault = () => undefined;
          const last = contend('last');
          expect(after(1000)).toHaveLength(1);
          last.unsubscribe();
        }
      ),
      { numRuns: 300 }
    );
  });
});

describe('work under a lock', () => {
  const working = (name: string, work: () => Observable<unknown>, options?: WhileHeldOptions<HeldLock>) =>
    lock(arakoon.client, 'l', { owner: name })
      .pipe(whileHeld(work, options))
      .subscribe({
        next: (value) => log.push(`${name} ${String(value)}`),
        error: ({ code, message }: { code?: string; message: string }) => log.push(`${name} ! ${code ?? message}`),
        complete: () => log.push(`${name} | ${said()}`),
      });

  it.each<[string, Observable<unknown>, string]>([
    ['completes', of('works'), 'ann | 1'],
    [
      'fails',
      concat(
        of('works'),
        throwError(() => new Error('not today'))
      ),
      'ann ! not today',
    ],
  ])('gives it back when it %s, and the key is free when that is heard', (_, work$, end) => {
    arakoon.fault = (request) =>
      request.startsWith('testAndSet') && said() !== undefined ? { delay: 300 } : undefined;
    working('ann', () => work$);
    expect(after(290)).toEqual(['ann works']);
    expect([after(20), said()]).toEqual([[end], '1']);
  });

  it('gives it back also where it does so itself', () => {
    lock(arakoon.client, 'l')
      .pipe(whileHeld((held) => held.release()))
      .subscribe({ complete: () => log.push(`| ${said()}`) });
    expect(after(100)).toEqual(['| 1']);
  });

  it('ends when the lock is broken, or begins again', () => {
    working('ann', () => NEVER);
    after(100);
    breakLock(arakoon.client, 'l', 1n).subscribe();
    expect(after(1100)).toEqual(['ann ! LEASE_LOST']);
    let turns = 0;
    working('bob', () => concat(of(`turn ${++turns}`), NEVER), { again: true });
    after(100);
    breakLock(arakoon.client, 'l', 2n).subscribe();
    expect(after(1100)).toEqual(['bob turn 2']);
    expect(said()).toBe('3 bob');
  });

  it('is an owned lock that is free once it has been disposed of', async () => {
    const promise = acquire(lock(arakoon.client, 'l'));
    after(100);
    const owned = await promise;
    expect([said(), owned.lease.lost]).toEqual(['1', undefined]);
    const disposed = owned[Symbol.asyncDispose]();
    after(10);
    await disposed;
    expect([said(), owned.lease.lost?.code, owned.lease.signal.reason]).toEqual(['1', 'LEASE_LOST', owned.lease.lost]);
  });
});
