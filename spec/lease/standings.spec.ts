import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Observable, Subject, finalize } from 'rxjs';
import { LeaseError, leaseLost } from '../../lib/lease/leaseError.js';
import { leaderships } from '../../lib/lease/leaderships.js';
import { leaseOf } from '../../lib/lease/leaseOf.js';
import { MultiHold, ProvenMultiHold, allHeld, stillValid } from '../../lib/lease/multiHold.js';
import { ProvenLease } from '../../lib/lease/provenLease.js';
import { type Place, standings } from '../../lib/lease/standings.js';
import { fakeTenure } from '../helpers/fakeLease.js';
import { FakeProof } from '../helpers/fakeProof.js';
import { VirtualTime } from '../helpers/virtualTime.js';

const T = 4000;
let proof: FakeProof;
let place$: Subject<Place<string>>;
let log: string[];
beforeEach(() => {
  proof = new FakeProof(T);
  place$ = new Subject();
  log = [];
});

const waits = (...ahead: string[]) => place$.next({ ahead, proof: undefined });
const holds = () => place$.next({ ahead: [], proof });
const after = (ms: number) => (proof.scheduler.advance(ms), log.splice(0));
function watch<V>(source$: Observable<V>, show: (value: V) => string) {
  return source$.subscribe({
    next: (value) => log.push(show(value)),
    error: ({ code, message }: { code?: string; message: string }) => log.push(`! ${code ?? message}`),
    complete: () => log.push('|'),
  });
}
const leaseIn = (tenure: ConstructorParameters<typeof ProvenLease>[0]) => new ProvenLease(tenure);

describe('standings', () => {
  it('tell who is ahead, and hold when it is our turn; the tenure has ended when an error is heard', () => {
    const standing$ = standings(place$).pipe(finalize(() => log.push('left')));
    let valid = () => true;
    watch(standing$, (now) => {
      if (now.kind === 'holding') valid = () => now.tenure.valid;
      return now.kind === 'waiting' ? now.ahead.join() : now.standing;
    });
    waits('a', 'b');
    waits('b');
    expect(after(0)).toEqual(['a,b', 'b']);
    holds();
    expect([after(10), valid()]).toEqual([['held'], true]);
    place$.error(leaseLost('/entry', 'it was deleted'));
    expect([after(0), valid()]).toEqual([['! LEASE_LOST', 'left'], false]);
  });
});

describe('the one lease of a line', () => {
  const contend = (timeout?: number, unconnected?: () => Observable<never> | undefined) =>
    watch(
      leaseOf(standings(place$), leaseIn, {
        name: '/lock',
        timeout,
        scheduler: proof.scheduler,
        ...(unconnected && { unconnected }),
      }),
      (lease) => `held ${lease.token} ${lease.valid}`
    );

  it('comes once, is kept in doubt, and ends with a loss or with the line', () => {
    contend();
    waits('a');
    holds();
    expect(after(10)).toEqual(['held 7 true']);
    proof.link$.next(undefined);
    proof.link$.next({ timeout: T });
    expect(after(10)).toEqual([]);
    proof.link$.next(undefined);
    expect(after(T)).toEqual(['! LEASE_LOST']);
    contend();
    place$.complete();
    expect(after(0)).toEqual(['|']);
  });

  it.each<[string, number, string[]]>([
    ['at once, where it is not to wait', 0, ['! NOT_ACQUIRED']],
    ['not before its time', 100, []],
  ])('is given up %s', (_, timeout, first) => {
    contend(timeout);
    waits('a');
    expect(after(99)).toEqual(first);
    expect(after(1)).toEqual(timeout === 0 ? [] : ['! NOT_ACQUIRED']);
  });

  it('says that there was no connection, where that is why', () => {
    const failure$ = new Subject<never>();
    contend(100, () => failure$);
    expect(after(100)).toEqual([]);
    failure$.error(new LeaseError('NOT_ACQUIRED', 'no connection'));
    expect(after(0)).toEqual(['! NOT_ACQUIRED']);
  });

  it('is not given out when it has run out meanwhile', () => {
    proof.delays = [T / 2 + 1];
    contend();
    holds();
    expect(after(3 * T)).toEqual([]);
  });

  it('is given back when its stream is left', () => {
    let lease: ProvenLease | undefined;
    const lease$ = leaseOf(standings(place$), leaseIn, {
      name: '/lock',
      timeout: undefined,
      scheduler: proof.scheduler,
    });
    const subscription = lease$.subscribe((it) => (lease = it));
    holds();
    after(10);
    subscription.unsubscribe();
    expect([lease!.valid, lease!.lost?.path, proof.scheduler.actions.length]).toEqual([false, '/entry', 0]);
  });
});

describe('an election', () => {
  it('shows one lease for each tenure, and stands again after a loss', () => {
    const leases: ProvenLease[] = [];
    watch(leaderships(standings(place$), leaseIn), (now) => {
      if (now.role === 'candidate') return `candidate ${now.ahead.join()}`;
      if (!leases.includes(now.lease)) leases.push(now.lease);
      return `${now.role} ${leases.indexOf(now.lease)}`;
    });
    waits('a');
    holds();
    expect(after(10)).toEqual(['candidate a', 'leader 0']);
    proof.link$.next(undefined);
    proof.link$.next({ timeout: T });
    expect(after(10)).toEqual(['paused 0', 'leader 0']);
    proof.link$.next(undefined);
    expect(after(T)).toEqual(['paused 0', 'candidate ']);
    proof.link$.next({ timeout: T });
    expect(after(10)).toEqual(['leader 1']);
    proof.refusals.push(leaseLost('/entry', 'it was deleted'));
    const broken$ = place$;
    expect(after(T)).toEqual(['candidate ']);
    expect(broken$.observed).toBe(true); // it stands again
    holds();
    expect(after(10)).toEqual(['leader 2']);
    proof.refusals.push(new Error('no'));
    expect(after(T)).toEqual(['! no']);
  });
});

describe('several holds', () => {
  const time = new VirtualTime();
  const hold = (token: bigint, until: number) => {
    const tenure = fakeTenure(token, { now: () => time.now() } as VirtualTime);
    tenure.granted(until);
    return new ProvenLease(tenure);
  };

  it('are taken one after the other, kept together, and given back the last one first', () => {
    const locks = { a: new Subject<ProvenLease>(), b: new Subject<ProvenLease>() };
    const take = (key: 'a' | 'b', index: number) => {
      log.push(`take ${key} ${index}`);
      return locks[key].pipe(finalize(() => log.push(`left ${key}`)));
    };
    const all$ = allHeld(['a', 'b'] as const, take);
    const subscription = watch(all$, (held) => `hold ${held.map(({ token }) => token).join()}`);
    locks.a.next(hold(1n, 100));
    expect(log.splice(0)).toEqual(['take a 0', 'take b 1']);
    locks.b.next(hold(2n, 100));
    expect(log.splice(0)).toEqual(['hold 1,2']);
    subscription.unsubscribe();
    expect(log.splice(0)).toEqual(['left b', 'left a']);
    watch(all$, () => 'held');
    locks.a.next(hold(3n, 100));
    locks.b.next(hold(4n, 100));
    locks.a.error(leaseLost('a', 'gone'));
    expect(log.splice(0)).toEqual(['take a 0', 'take b 1', 'held', 'left b', '! LEASE_LOST', 'left a']);
  });

  it('are valid as long as each of them is, and lost with the first', () => {
    const [first, second] = [hold(1n, 100), hold(2n, 60)];
    const all = new ProvenMultiHold([first, second]);
    expect([all.valid, all.validUntil, all.tokens, all.lost]).toEqual([true, 30, [1n, 2n], undefined]);
    expect(stillValid([first, second], ({ token }) => `${token}`)).toEqual([first, second]);
    time.advance(40);
    expect([all.valid, first.valid, all.signal.aborted]).toEqual([false, true, false]);
    expect(() => stillValid([first, second], ({ token }) => `${token}`)).toThrow('2: not proved in time');
    const error = leaseLost('second', 'gone');
    second.end(error);
    expect([all.lost, all.signal.reason, new MultiHold([first]).lost]).toEqual([error, error, undefined]);
  });
});
