import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type Observable,
  concat,
  concatMap,
  defer,
  endWith,
  ignoreElements,
  map,
  range,
  switchMap,
  takeWhile,
  tap,
  timer,
} from 'rxjs';
import { doubleBarrier } from '../../../../lib/index.js';
import { type VirtualClient, VirtualWorld } from '../../../helpers/virtualWorld.js';

const MEMBERS = 3;
const ROUNDS = 4;
const blows = fc.array(
  fc.record({
    kind: fc.constantFrom('cut', 'drop', 'pause'),
    who: fc.nat({ max: MEMBERS - 1 }),
    after: fc.nat({ max: 30 }),
    lasts: fc.integer({ min: 1, max: 800 }),
  }),
  { maxLength: 12 }
);
const delays = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: MEMBERS * ROUNDS, maxLength: MEMBERS * ROUNDS });

/** One who works through all rounds, and tells when it has passed, when it begins to leave, and when it has left. */
function member(
  world: VirtualWorld,
  { zk }: VirtualClient,
  who: number,
  delay: (round: number) => number,
  count = MEMBERS
): Observable<unknown> {
  const say = (what: string, round: number) => world.log.push(`${what} ${round} ${who}`);
  const round = (n: number) =>
    doubleBarrier(zk, '/race', count).pipe(
      tap(() => say('passed', n)),
      switchMap(({ left$ }) =>
        concat(
          timer(delay(n), world.time).pipe(ignoreElements()),
          defer(() => (say('leaves', n), left$)),
          [1]
        ).pipe(endWith(2))
      ),
      takeWhile((now) => now !== 1),
      ignoreElements()
    );
  return range(1, ROUNDS).pipe(
    concatMap((n) =>
      concat(
        round(n),
        defer(() => [say('left', n)])
      )
    )
  );
}

/** What happened before what: the rounds do not overlap. */
function overlaps(log: readonly string[]): string[] {
  const at = (line: string) => log.indexOf(line);
  const everyone = Array.from({ length: MEMBERS }, (_, who) => who);
  const found: string[] = [];
  for (let n = 1; n <= ROUNDS; n++) {
    for (const a of everyone) {
      for (const b of everyone) {
        if (at(`left ${n} ${a}`) < at(`leaves ${n} ${b}`)) found.push(`${a} had left round ${n} before ${b} began to`);
        if (n > 1 && at(`passed ${n} ${a}`) < at(`leaves ${n - 1} ${b}`))
          found.push(`${a} passed to round ${n} before ${b} left the one before`);
      }
    }
  }
  return found;
}

describe('a double barrier that is used again and again', () => {
  it('keeps its rounds apart, and never stands still, however slow its members are', () => {
    fc.assert(
      fc.property(blows, delays, (misfortunes, waits) => {
        const world = new VirtualWorld();
        const clients = Array.from({ length: MEMBERS }, () => world.client());
        clients.forEach((client, who) =>
          member(world, client, who, (n) => waits[(n - 1) * MEMBERS + who]!).subscribe()
        );
        const log: string[] = [];
        for (const { kind, who, after, lasts } of misfortunes) {
          log.push(...world.after(after));
          if (kind === 'cut') clients[who]!.cut();
          if (kind === 'drop') world.server.drop();
          if (kind === 'pause') world.server.pause();
          log.push(...world.after(lasts));
          clients[who]!.heal();
          if (kind === 'pause') world.server.resume();
        }
        log.push(...world.after(60_000));
        expect([log.filter((line) => line.startsWith('left')).length, overlaps(log)]).toEqual([MEMBERS * ROUNDS, []]);
        expect(world.children('/race')).toEqual([]);
      }),
      { numRuns: 60 }
    );
  });

  it('lets a member that hears late of the end leave, although the others have come again', () => {
    const world = new VirtualWorld();
    const [a, b, c] = [world.client(), world.client(), world.client()];
    const come = ({ zk }: VirtualClient, name: string) =>
      doubleBarrier(zk, '/race', 3)
        .pipe(switchMap(({ left$ }) => concat(timer(10, world.time).pipe(map(() => 'in')), left$, ['out'])))
        .subscribe((what) => void world.log.push(`${name} ${what}`));
    const first = [come(a, 'a'), come(b, 'b'), come(c, 'c')];
    while (!world.log.includes('c in')) world.time.advance(1);
    while (world.children('/race').length === 4) world.time.advance(1);
    world.time.advance(1);
    c.cut(); // nobody has been told yet that the nodes of all are deleted
    world.after(300);
    for (const each of first.slice(0, 2)) each.unsubscribe();
    come(a, 'a');
    come(b, 'b');
    world.after(500);
    expect(world.children('/race').length).toBe(2);
    c.heal();
    expect(world.after(5000)).toEqual(['c out']);
    first[2]!.unsubscribe();
    come(c, 'c');
    expect(world.after(5000).sort()).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  });
});
