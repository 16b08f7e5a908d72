import { NEVER, type Observable, type Observer, type Subscription } from 'rxjs';
import type { CoordinationError, SessionState } from '../../../lib/index.js';
import type { Fact, Law, RefusedRequest, SimulatedWorld, Stage } from '../../../lib/testing/index.js';
import { isWithin } from '../../../lib/zookeeper/path.js';

/**
 * What its requester may believe of a request: it waits, is done, had no effect, may have had one; or nobody waits any
 * more.
 */
export type Fate = 'waits' | 'done' | 'none' | 'unknown' | 'left';

/** A request of one value. */
export interface Deed {
  readonly what: string;
  fate: Fate;
}

/** Somebody who waits for something. */
interface Wait {
  readonly stage: Stage;
  readonly what: string;
  /** Where in ZooKeeper; `undefined`: not there. */
  readonly path: string | undefined;
}

const deeds: Fact<Set<Deed>> = { initial: () => new Set() };
const waits: Fact<Set<Wait>> = { initial: () => new Set() };

/**
 * Whether the server has refused a request at, below or above a path for no reason; with operations: one of these. Then
 * what it was for may be left undone. A request that shows no path, such as a transaction, may be about any.
 */
export function refused({ refusals }: SimulatedWorld, path: string, ...operations: readonly string[]): boolean {
  return refusals.some(
    (request) =>
      concerns(request, path) &&
      !HARMLESS.has(request.operation) &&
      (operations.length === 0 || operations.includes(request.operation))
  );
}

function concerns(request: RefusedRequest, path: string): boolean {
  return request.path === undefined || isWithin(request.path, path) || isWithin(path, request.path);
}

/** Nobody asks for these: if one is refused, the link ends. */
const HARMLESS: ReadonlySet<string> = new Set(['ping', 'closeSession']);

/** Follows a source, and again a while after it has ended, in whatever way: as a program does that is to go on. */
export function again<T>(
  stage: Stage,
  make: () => Observable<T>,
  observer: Partial<Observer<T>> = {},
  pause = 500
): void {
  const once = () => {
    stage.follow(make(), observer).add(() => stage.after(pause, once));
  };
  once();
}

/** Does something once, as soon as it works. */
export function atLast<T>(stage: Stage, make: () => Observable<T>, then: () => void = () => undefined): void {
  let done = false;
  const once = () => {
    const end = () => void (!done && stage.after(500, once));
    stage.follow(make(), { error: end, complete: () => ((done = true), then()) });
  };
  once();
}

/** Calls `act` when the life of the process is over. */
export function atEndOfLife(stage: Stage, act: () => void): void {
  stage.follow(NEVER).add(act);
}

/** Keeps something in a set until the life of the process is over. */
export function forLife<T>(stage: Stage, all: Set<T>, own: T): void {
  all.add(own);
  atEndOfLife(stage, () => all.delete(own));
}

/** Tells of every state of the client: unlike with `follow`, the simulator does not interfere. */
export function states(stage: Stage, told: (state: SessionState) => void): void {
  const subscription = stage.zk.state$.subscribe(told);
  atEndOfLife(stage, () => subscription.unsubscribe());
}

/** Looks at why links end: what a server says to one request is no reason. */
export function keepsLink(stage: Stage): void {
  states(stage, (state) => {
    if (state.kind !== 'suspended') return;
    const { layer, code, message } = state.cause;
    if (layer === 'server' && !ABOUT_ALL.has(code))
      stage.violated('a link outlives the refusal of one request', message);
  });
}

/** Refusals that are about the session. */
const ABOUT_ALL: ReadonlySet<string> = new Set(['AUTH_FAILED']);

/** A client of a stage. */
export type Store = 'zk' | 'etcd';

/** Sees to it that what goes on has ended when the client is closed: at once, and not only with the program. */
export function endsWithClient(stage: Stage, what: string, subscription: Subscription, store: Store = 'zk'): void {
  const look = () =>
    void (
      !subscription.closed && stage.violated('what goes on ends with its client', `${what} of ${stage.process.name}`)
    );
  const state$: Observable<{ readonly kind: string }> = stage[store].state$;
  subscription.add(state$.subscribe(({ kind }) => kind === 'closed' && stage.world.clock.schedule(look)));
}

/** Makes a request, and notes what becomes of it. */
export function request<T>(
  stage: Stage,
  what: string,
  request$: Observable<T>,
  done: (value: T) => void = () => undefined
): Deed {
  const deed: Deed = { what, fate: 'waits' };
  const open = stage.get(deeds).add(deed);
  const subscription = stage.follow(request$, {
    next: (value) => {
      if (deed.fate !== 'waits') stage.violated('a request has one reply', `${what}: another after ${deed.fate}`);
      deed.fate = 'done';
      done(value);
    },
    error: ({ effect }: CoordinationError) => {
      if (deed.fate === 'done') stage.violated('a request has one end', `${what}: an error after its reply`);
      deed.fate = effect;
    },
  });
  subscription.add(() => {
    open.delete(deed);
    if (deed.fate === 'waits') deed.fate = 'left';
  });
  return deed;
}

/** Notes that somebody waits for something, until the function that is returned is called. */
export function waitsFor(stage: Stage, what: string, path?: string): () => void {
  const all = stage.get(waits);
  const wait = { stage, what, path };
  all.add(wait);
  return () => void all.delete(wait);
}

/** How often what is shown is compared with the truth, in milliseconds. */
const LOOK_EVERY = 200;

/** For a law that takes long: looks now and then, and not after each step. */
export function nowAndThen(
  look: (world: SimulatedWorld, now: number) => string | undefined
): (world: SimulatedWorld) => string | undefined {
  const looked: Fact<{ at: number }> = { initial: () => ({ at: 0 }) };
  return (world) => {
    const now = world.clock.now();
    const last = world.get(looked);
    if (now - last.at < LOOK_EVERY) return undefined;
    last.at = now;
    return look(world, now);
  };
}

export const requestsEnd: Law = {
  name: 'every request ends',
  after: (world) => {
    const [open] = world.get(deeds);
    return open === undefined ? undefined : `${open.what} waits for ever`;
  },
};

export const nobodyWaits: Law = {
  name: 'nobody waits for ever',
  after: (world) => {
    const wait = [...world.get(waits)].find(({ path }) => path === undefined || !refused(world, path));
    return wait === undefined ? undefined : `${wait.stage.process.name} waits for ${wait.what}`;
  },
};
