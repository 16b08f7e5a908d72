import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ConnectionLostError, ProtocolError, ServerError, SessionError } from '../../lib/core/errors.js';
import { LeaseError } from '../../lib/lease/leaseError.js';
import { ProvenLease } from '../../lib/lease/provenLease.js';
import type { Tenure } from '../../lib/lease/tenure.js';
import { tenures } from '../../lib/lease/tenures.js';
import { FakeProof } from '../helpers/fakeProof.js';

const T = 4000;

/** Follows the tenures of one entry: how each stands, and whether it is valid then. */
function follow(proof: FakeProof) {
  const log: string[] = [];
  const all: Tenure[] = [];
  const subscription = tenures(proof).subscribe({
    next: ({ tenure, standing }) => {
      if (!all.includes(tenure)) all.push(tenure);
      log.push(`${standing} ${all.indexOf(tenure)} ${tenure.valid}`);
    },
    error: ({ code, message }: { code?: string; message: string }) => log.push(`! ${code ?? message}`),
    complete: () => log.push('|'),
  });
  const after = (ms: number) => (proof.scheduler.advance(ms), log.splice(0));
  return { all, after, subscription };
}

describe('a tenure', () => {
  it('is held from the first proof on, and proved every quarter of the timeout', () => {
    const proof = new FakeProof(T);
    proof.delays = [30];
    const { after, all } = follow(proof);
    expect([after(29), after(1), after(3000)]).toEqual([[], ['held 0 true'], []]);
    expect([proof.sent, all[0]!.validUntil]).toEqual([[0, 1000, 2000, 3000], 3000 + T / 2]);
  });

  it('is in doubt while there is no link, and over half a timeout after its newest proof was sent', () => {
    const proof = new FakeProof(T);
    const { after, all } = follow(proof);
    after(1500);
    proof.link$.next(undefined);
    expect(after(0)).toEqual(['doubt 0 true']);
    proof.link$.next({ timeout: T });
    expect(after(100)).toEqual(['held 0 true']);
    proof.link$.next(undefined);
    expect(after(1899)).toEqual(['doubt 0 true']); // proved at 1500
    expect(after(1)).toEqual(['over 0 false']);
    expect([all[0]!.lost?.code, all[0]!.lost?.path]).toEqual(['LEASE_LOST', '/entry']);
    proof.link$.next({ timeout: T });
    expect(after(10)).toEqual(['held 1 true']); // the entry still stands
  });

  it('holds less long from the moment on that the store grants less', () => {
    const proof = new FakeProof(T);
    const { after, all } = follow(proof);
    after(10);
    proof.delays = [60_000];
    proof.link$.next({ timeout: 1000 });
    expect([after(489), after(1), all[0]!.validUntil]).toEqual([[], ['over 0 false'], 500]);
  });

  it('takes no proof for one that is answered after half a timeout, and asks for another at once', () => {
    const proof = new FakeProof(T);
    proof.delays = [T / 2, T / 2 + 500, 10];
    const { after } = follow(proof);
    expect([after(T + 500), after(10)]).toEqual([[], ['held 0 true']]);
    expect(proof.sent).toEqual([0, T / 2, T + 500]);
  });

  it.each<[string, unknown]>([
    ['lost with its link', new ConnectionLostError()],
    ['broken', new ProtocolError('it makes no sense')],
  ])('asks again for a proof that was %s', (_, error) => {
    const proof = new FakeProof(T);
    proof.refusals.push(error, error);
    const { after } = follow(proof);
    expect(after(T / 4)).toEqual(['held 0 true']);
    expect(proof.sent.length).toBeGreaterThan(2);
  });

  it.each<[string, unknown, string[]]>([
    ['errors when it is not ours', new LeaseError('LEASE_LOST', 'the entry was deleted'), ['! LEASE_LOST']],
    ['errors when the store refuses the proof', new ServerError('NO_AUTH', -102), ['! NO_AUTH']],
    ['errors when the proof was aborted', new ConnectionLostError('no', 'none', { code: 'ABORTED' }), ['! ABORTED']],
    ['leaves it to the link to tell that the session is over', new SessionError('EXPIRED', 'it is over'), []],
  ])('%s', (_, error, log) => {
    const proof = new FakeProof(T);
    proof.refusals.push(error);
    expect(follow(proof).after(10)).toEqual(log);
  });

  it('ends when nobody holds it any more, and says so to all who share it', () => {
    const proof = new FakeProof(T);
    const { after, all, subscription } = follow(proof);
    after(10);
    const [first, second] = [new ProvenLease(all[0]!), new ProvenLease(all[0]!)];
    first.end(new LeaseError('LEASE_LOST', 'left'));
    expect([first.valid, first.signal.aborted, second.valid, second.signal.aborted]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    subscription.unsubscribe();
    expect([second.valid, second.signal.reason, second.lost?.code]).toEqual([false, second.lost, 'LEASE_LOST']);
    expect(new ProvenLease(all[0]!).signal.aborted).toBe(true); // for one who comes late
    expect(proof.scheduler.actions.length).toBe(0);
  });

  it('is never valid longer than half a timeout after its newest proof was sent, nor again once it was not', () => {
    // a store may end a session 3/4 of its timeout after the last proof, and 1/4 lies between two proofs
    const happening = fc.record({
      wait: fc.integer({ min: 1, max: 2500 }),
      timeout: fc.constantFrom(undefined, 1000, 2000, 4000),
      delays: fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(happening, { minLength: 1, maxLength: 12 }), (all) => {
        const proof = new FakeProof(T);
        const { all: seen } = follow(proof);
        const was = new Map<Tenure, boolean>();
        let timeout = T; // of the session
        const look = () => {
          const now = proof.scheduler.now();
          const valid = seen.filter((tenure) => tenure.valid);
          if (valid.length > 1) throw new Error(`${valid.length} are valid at ${now}`);
          for (const tenure of seen) {
            if (tenure.valid && now >= proof.newest + timeout / 2)
              throw new Error(`valid at ${now}, proved at ${proof.newest}, with a timeout of ${timeout}`);
            if (tenure.valid && was.get(tenure) === false) throw new Error('valid again');
            was.set(tenure, tenure.valid);
          }
        };
        for (const { wait, delays, timeout: granted } of all) {
          proof.delays = [...delays];
          if (granted !== undefined) timeout = granted;
          proof.link$.next(granted === undefined ? undefined : { timeout: granted });
          for (let left = wait; left > 0; left -= 25) {
            look();
            proof.scheduler.advance(Math.min(25, left));
          }
          look();
        }
      }),
      { numRuns: 200 }
    );
  });
});
