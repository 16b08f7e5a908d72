import { expect, it } from '@jest/globals';
import { BehaviorSubject, type Subscription, finalize } from 'rxjs';
import { source } from '../../lib/bridge/source.js';
import type { Freshness } from '../../lib/core/watched.js';
import { Random } from '../helpers/random.js';
import { BridgeGround } from './bridgeGround.js';

interface Counted {
  readonly count: bigint;
}
type State = Freshness & Counted;

const VALUES = 6;
const CUTS = 400;

/** One run: pages come and go, values change, and lines are cut, under chance. Returns the number of cuts. */
function run(seed: number): number {
  const random = new Random(seed);
  const feeds = Array.from({ length: VALUES }, () => new BehaviorSubject<State>({ count: 0n, stale: false }));
  let watching = 0;
  const feed = source(
    (parameters) => parameters as number,
    (index) => {
      watching++;
      return feeds[index]!.pipe(finalize(() => watching--));
    }
  );
  const ground = new BridgeGround({ feed }, { linger: random.of([0, 500]), heartbeat: 2000 });
  let cuts = 0;
  const shown = new Map<Subscription, { readonly index: number; last: State | undefined }>();
  const seen$ = new BehaviorSubject(true);
  const pages = [1, 2].map((id) => {
    const room = () => (cuts < CUTS ? random.of([0, 1, Infinity]) : Infinity); // a slow reader, until all is quiet
    const wire = ground.wire({ id: `${id}` }, random.chance(0.5) ? () => Infinity : room);
    return ground.page(wire, { random: random.next, linger: random.of([0, 300]), ...(id === 1 && { seen$ }) });
  });
  const look = () => {
    const index = random.below(VALUES);
    const view = { index, last: undefined as State | undefined };
    let freshest = -1n;
    const subscription = random
      .of(pages)
      .value('feed', index)
      .subscribe((state) => {
        const now = state as State;
        if (now.count < freshest) throw new Error(`${now.count} after ${freshest}, seed ${seed}`);
        freshest = now.count;
        view.last = now;
      });
    shown.set(subscription, view);
  };
  const leave = (count: number) => {
    for (const one of [...shown.keys()].slice(0, count)) {
      one.unsubscribe();
      shown.delete(one);
    }
  };
  while (cuts < CUTS) {
    random.weighted<() => void>([
      [8, () => look],
      [4, () => () => leave(1)],
      [
        20,
        () => () => {
          const it = random.of(feeds);
          const stale = random.chance(0.1);
          const count = it.value.count + 1n;
          it.next(stale ? { count, stale, cause: undefined as never } : { count, stale });
        },
      ],
      [10, () => () => (cuts++, ground.cut())],
      [1, () => () => (cuts++, ground.kill(), ground.time.advance(random.below(3000)), ground.restart())],
      [1, () => () => seen$.next(!seen$.value)],
    ])();
    ground.time.advance(random.below(200));
    if (shown.size > 30) leave(20);
  }
  seen$.next(true);
  for (const it of feeds) it.next({ count: it.value.count + 1n, stale: false });
  ground.time.advance(60_000);
  for (const { index, last } of shown.values())
    expect({ seed, ...last }).toEqual({ seed, count: feeds[index]!.value.count, stale: false });
  for (const one of shown.keys()) one.unsubscribe();
  ground.time.advance(60_000);
  expect({ ...ground.hub.sizes, watching, seed }).toEqual({ lines: 0, watches: 0, actions: 0, watching: 0, seed });
  return cuts;
}

it('no value is lost over thousands of cuts, none goes back, and nothing is left on the server', () => {
  let cuts = 0;
  for (let seed = 1; seed <= 8; seed++) cuts += run(seed);
  expect(cuts).toBeGreaterThanOrEqual(8 * CUTS);
});
