import {
  EMPTY,
  type Observable,
  catchError,
  concat,
  defer,
  finalize,
  ignoreElements,
  merge,
  mergeMap,
  of,
  timer,
} from 'rxjs';
import type { Lease, MultiLease } from '../../../lib/index.js';
import type { Fact, Law, SimulatedWorld, Stage } from '../../../lib/testing/index.js';
import { refused } from './goingOn.js';

/** What is held, in any store. */
export type AnyLease = Pick<Lease, 'token' | 'valid' | 'validUntil' | 'signal'> &
  ({ readonly path: string } | { readonly key: string });

/** Somebody who believes to hold something. */
interface Claim {
  readonly stage: Stage;
  readonly place: string;
  readonly lease: AnyLease;
  /** For how many milliseconds it may be said to be valid at most. */
  readonly longest: () => number;
  /** How many may hold at a time, as far as this one goes. */
  readonly together: number;
  /** Those who share count as one. */
  readonly who: unknown;
  /** Since when it is no longer valid, though nobody has said so. */
  silentSince: number | undefined;
  working: boolean;
}

/** How something is held. */
export interface Holding {
  /** How many may hold at a time. Default 1. */
  readonly together?: number;
  /** Those of whom this is the same count as one. Default: each for itself. */
  readonly who?: unknown;
  /** For how many milliseconds it may be said to be valid at most. Default: the timeout of the session. */
  readonly longest?: () => number;
}

const nameOf = (lease: AnyLease) => ('path' in lease ? lease.path : lease.key);

const claims: Fact<{
  all: Claim[];
  readonly highest: Map<string, AnyLease>;
  readonly guarded: Set<string>;
  vandalized: boolean;
}> = {
  initial: () => ({ all: [], highest: new Map(), guarded: new Set(), vandalized: false }),
};

/** From now on somebody deletes what stands for a lease: then only tokens and transactions protect. */
export function vandalized(stage: Stage): void {
  stage.get(claims).vandalized = true;
}

/** Notes that somebody holds something. */
export function claim(stage: Stage, place: string, lease: AnyLease, holding: Holding = {}): Claim {
  const { together = 1, who = lease, longest = () => stage.process.zk.ticket.timeout } = holding;
  const { world } = stage;
  const facts = stage.get(claims);
  const highest = facts.highest.get(place);
  stage.log(() => `holds ${place} by ${lease.token}`);
  if (!lease.valid) stage.violated('a lease is valid when it is given out', `${place} ${lease.token}`);
  if (lease.signal.aborted) stage.violated('a lease is not lost when it is given out', `${place} ${lease.token}`);
  const isLate =
    highest !== undefined &&
    together === 1 &&
    (lease.token < highest.token || (lease.token === highest.token && nameOf(lease) !== nameOf(highest)));
  if (isLate && !world.endedEarly && !facts.vandalized && who === lease)
    stage.violated('later holders have higher tokens', `${place}: ${lease.token} after ${highest.token}`);
  facts.highest.set(place, lease);
  const own: Claim = { stage, place, lease, longest, together, who, silentSince: undefined, working: false };
  facts.all.push(own);
  return own;
}

/**
 * Works while something is held: writes its token again and again, as the store allows. Emits once, when it begins.
 *
 * @param held what is held: the lease itself, or one that it is a part of
 */
export function working(
  stage: Stage,
  place: string,
  lease: Lease,
  holding: Holding = {},
  held: Lease | MultiLease = lease
): Observable<string> {
  const alone = (holding.together ?? 1) === 1 && holding.who === undefined;
  return claiming(stage, place, lease, holding, alone ? tokens(stage, place, lease, held) : EMPTY);
}

/** Holds something, and writes meanwhile. Emits once, when it begins. */
export function claiming(
  stage: Stage,
  place: string,
  lease: AnyLease,
  holding: Holding,
  write$: Observable<never>
): Observable<string> {
  return defer(() => {
    const own = claim(stage, place, lease, holding);
    own.working = true;
    return merge(of(place), write$).pipe(finalize(() => (own.working = false)));
  });
}

/** A node for each write, so that all of them can be seen afterwards. */
function tokens(stage: Stage, place: string, { token }: Lease, held: Lease | MultiLease): Observable<never> {
  const parent = `/written${place}`;
  stage.get(claims).guarded.add(parent);
  const home$ = stage.zk.create(parent, null, { parents: true });
  const write$ = defer(() =>
    held
      .transaction()
      .create(`${parent}/n-`, Buffer.from(String(token)), { mode: 'persistentSequential' })
      .commit()
  );
  const quietly = catchError(() => EMPTY);
  return timer(0, 300, stage.scheduler).pipe(
    mergeMap(() => write$.pipe(catchError(() => concat(home$.pipe(quietly), write$.pipe(quietly))))),
    ignoreElements()
  );
}

/** Who holds a place now, and knows it to be so. */
export function holders(world: SimulatedWorld, place: string): number {
  return new Set(
    world
      .get(claims)
      .all.filter((each) => each.place === place && each.lease.valid)
      .map(({ lease }) => lease)
  ).size;
}

/** How late the timer may be that ends a lease. */
const SLACK = 300; // the clock is looked at every 250 ms

export const oneHolder: Law = {
  name: 'no more hold than may',
  during: (world) => {
    const facts = world.get(claims);
    if (facts.all.length === 0) return undefined;
    if (facts.all.some(({ lease }) => lease.signal.aborted))
      facts.all = facts.all.filter((each) => each.working || !each.lease.signal.aborted);
    if (world.endedEarly || facts.vandalized) return undefined; // then only tokens and transactions protect
    const valid = facts.all.filter(({ stage, lease }) => lease.valid && stage.process.awake);
    for (const { place } of valid) {
      const here = valid.filter((each) => each.place === place);
      if (new Set(here.map(({ who }) => who)).size > Math.min(...here.map(({ together }) => together)))
        return `${place}: ${here.map(({ stage, lease }) => `${stage.process.name} ${lease.token}`).join(', ')}`;
    }
    return undefined;
  },
};

/** A session that is silent ends after its timeout: then somebody else may hold what it held. */
export const notValidForLong: Law = {
  name: 'no lease is said to be valid for longer than its session can be silent',
  during: (world) => {
    for (const { lease, stage, place, longest } of world.get(claims).all) {
      if (!lease.valid || !stage.process.awake) continue;
      const left = lease.validUntil - stage.scheduler.now();
      if (left > longest()) return `${stage.process.name}: ${place} for ${Math.round(left)} ms, of ${longest()} ms`;
    }
    return undefined;
  },
};

export const noWorkWithout: Law = {
  name: 'work ends with the lease',
  during: (world) => {
    const now = world.clock.now();
    for (const each of world.get(claims).all) {
      const { lease, working: works, place, stage } = each;
      if (works && lease.signal.aborted) return `${stage.process.name} works on at ${place}, without ${lease.token}`;
      if (lease.valid || lease.signal.aborted || !stage.process.awake) each.silentSince = undefined;
      else if (now - (each.silentSince ??= now) > SLACK)
        return `${stage.process.name} is not told that ${lease.token} at ${place} has run out`;
    }
    return undefined;
  },
};

export const tokensPassOn: Law = {
  name: 'nothing is written after the token has passed on',
  after: (world) => {
    for (const parent of world.get(claims).guarded) {
      const written = [...world.server.tree(parent)]
        .filter(([path]) => path !== parent)
        .map(([, { data, stat }]) => ({ token: Number(data), at: stat.czxid }));
      written.sort((a, b) => Number(a.at - b.at));
      const late = written.find(({ token }, i) => i > 0 && token < written[i - 1]!.token);
      if (late !== undefined) return `${parent}: ${late.token} in ${late.at}`;
    }
    return undefined;
  },
};

/** Where contenders come and go: when all is well and nobody contends, nothing is there. */
const places: Fact<Set<string>> = { initial: () => new Set() };

export function contendedFor(stage: Stage, path: string): void {
  stage.get(places).add(path);
}

export const nothingLeft: Law = {
  name: 'nothing is left of those who have gone',
  after: (world) => {
    for (const path of world.get(places)) {
      // a search that is refused finds nothing
      if (refused(world, path, 'delete', 'multi', 'exists', 'sync', 'getChildren')) continue;
      const left = [...world.server.tree(path).keys()].filter((each) => each !== path);
      if (left.length > 0) return left.join(', ');
    }
    return undefined;
  },
};
