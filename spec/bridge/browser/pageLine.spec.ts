import { describe, expect, it } from '@jest/globals';
import {
  BehaviorSubject,
  NEVER,
  Subject,
  type Observable,
  concat,
  defer,
  finalize,
  map,
  of,
  retry,
  throwError,
} from 'rxjs';
import { BridgeError } from '../../../lib/bridge/shared/bridgeError.js';
import { source } from '../../../lib/bridge/source.js';
import { UsageError } from '../../../lib/core/errors.js';
import type { Freshness } from '../../../lib/core/watched.js';
import { BridgeGround } from '../bridgeGround.js';

interface State {
  readonly value?: unknown;
  readonly stale: boolean;
  readonly cause?: { readonly code: string };
}
const fresh = (value: unknown): Freshness & { readonly value: unknown } => ({ value, stale: false });
const seenOf = (states$: Observable<unknown>) => {
  const seen: string[] = [];
  const subscription = states$.subscribe({
    next: (state) => {
      const { value, stale, cause } = state as State;
      seen.push(`${String(value)}${stale ? ` stale ${cause!.code}` : ''}`);
    },
    error: (error: unknown) => seen.push(`error ${(error as BridgeError).code}: ${(error as BridgeError).message}`),
    complete: () => seen.push('complete'),
  });
  return { seen, leave: () => subscription.unsubscribe() };
};

/** A source that a test feeds, and that counts its subscriptions. */
class Feed {
  readonly state$ = new BehaviorSubject<Freshness & { readonly value: unknown }>(fresh('red'));
  current = 0;
  total = 0;
  readonly watch = () =>
    defer(() => {
      this.current++;
      this.total++;
      return this.state$.pipe(finalize(() => this.current--));
    });
}

describe('a value of a page', () => {
  it('is shown, and each change of it', () => {
    const feed = new Feed();
    const ground = new BridgeGround({ colour: feed.watch });
    const { seen } = seenOf(ground.page().value('colour', undefined));
    ground.time.advance(1000);
    feed.state$.next(fresh('blue'));
    ground.time.advance(1000);
    expect(seen).toEqual(['red', 'blue']);
  });

  it('is stale when the line is lost, and as before when the server has confirmed it, without a second copy', () => {
    const feed = new Feed();
    const ground = new BridgeGround({ colour: feed.watch });
    const { seen } = seenOf(ground.page().value('colour', undefined));
    ground.time.advance(1000);
    ground.cut();
    ground.time.advance(1000);
    expect(seen).toEqual(['red', 'red stale LINE_LOST', 'red']);
    expect(ground.texts.filter((text) => text.includes('red'))).toHaveLength(1);
  });

  it('is known again after a restart of the server by its contents', () => {
    const feed = new Feed();
    const ground = new BridgeGround({ colour: feed.watch });
    const { seen } = seenOf(ground.page().value('colour', undefined));
    ground.time.advance(1000);
    ground.kill();
    ground.time.advance(10_000);
    expect(seen).toEqual(['red', 'red stale LINE_LOST']);
    ground.restart();
    ground.time.advance(10_000);
    expect(seen).toEqual(['red', 'red stale LINE_LOST', 'red']);
    expect(ground.texts.filter((text) => text.includes('red'))).toHaveLength(1);
  });

  it('is not confirmed by a server that does not know it yet', () => {
    const late$ = new Subject<Freshness>();
    let source$: Observable<Freshness> = concat(of(fresh('red')), NEVER);
    const ground = new BridgeGround({ colour: () => source$ });
    const { seen } = seenOf(ground.page().value('colour', undefined));
    ground.time.advance(1000);
    source$ = late$;
    ground.kill();
    ground.restart();
    ground.time.advance(60_000);
    expect(seen).toEqual(['red', 'red stale LINE_LOST']);
    late$.next(fresh('blue'));
    ground.time.advance(1000);
    expect(seen).toEqual(['red', 'red stale LINE_LOST', 'blue']);
  });

  it('shows the doubt of the server with its code', () => {
    const feed = new Feed();
    const ground = new BridgeGround({ colour: feed.watch });
    const { seen } = seenOf(ground.page().value('colour', undefined));
    ground.time.advance(1000);
    feed.state$.next({ value: 'red', stale: true, cause: new UsageError('a', 'b') });
    ground.time.advance(1000);
    ground.cut();
    ground.time.advance(1000);
    expect(seen).toEqual(['red', 'red stale USAGE']);
  });

  it('shares one line, one request and one watch with all who ask for it', () => {
    const feed = new Feed();
    const ground = new BridgeGround({ colour: feed.watch });
    const pages = [ground.page(), ground.page()];
    const all = pages.flatMap((page) => Array.from({ length: 50 }, () => seenOf(page.value('colour', undefined))));
    ground.time.advance(1000);
    expect(feed).toMatchObject({ current: 1, total: 1 });
    expect(ground.requests).toHaveLength(4);
    const { seen } = seenOf(pages[0]!.value('colour', undefined));
    expect(seen).toEqual(['red']);
    for (const { leave } of all.slice(1)) leave();
    ground.time.advance(60_000);
    expect(feed).toMatchObject({ current: 1, total: 1 });
    all[0]!.leave();
  });

  it('is watched for as long as a page shows it, and a little longer', () => {
    const feed = new Feed();
    const ground = new BridgeGround({ colour: feed.watch }, { linger: 5000 });
    const page = ground.page();
    const other = seenOf(page.value('colour', undefined));
    ground.time.advance(1000);
    expect(ground.hub.sizes).toEqual({ lines: 1, watches: 1, actions: 0 });
    other.leave();
    ground.time.advance(4000);
    expect(ground.hub.sizes).toEqual({ lines: 0, watches: 1, actions: 0 });
    const { leave } = seenOf(page.value('colour', undefined));
    ground.time.advance(10_000);
    expect(feed).toMatchObject({ current: 1, total: 1 });
    leave();
    ground.time.advance(6000);
    expect(feed).toMatchObject({ current: 0, total: 1 });
    expect(ground.hub.sizes).toEqual({ lines: 0, watches: 0, actions: 0 });
  });

  it('is dropped from a line that others still use', () => {
    const [red, blue] = [new Feed(), new Feed()];
    const ground = new BridgeGround({ red: red.watch, blue: blue.watch });
    const page = ground.page();
    const first = seenOf(page.value('red', undefined));
    seenOf(page.value('blue', undefined));
    ground.time.advance(1000);
    first.leave();
    ground.time.advance(10_000);
    expect([red.current, blue.current]).toEqual([0, 1]);
  });

  it('differs by its parameters, which the server checks', () => {
    const room = source(
      (parameters) => {
        const name = (parameters as { name?: unknown } | undefined)?.name;
        if (typeof name === 'string') return { name };
        throw new UsageError('name', 'must be a string');
      },
      ({ name }) => concat(of(fresh(name)), NEVER)
    );
    const ground = new BridgeGround({ room });
    const page = ground.page();
    const all = [{ name: 'a' }, { name: 'b' }, { name: 7 }, undefined].map((each) => seenOf(page.value('room', each)));
    ground.time.advance(1000);
    expect(all.map(({ seen }) => seen)).toEqual([
      ['a'],
      ['b'],
      ['error USAGE: name: must be a string'],
      ['error USAGE: name: must be a string'],
    ]);
  });

  it('errors if it is none, or if its source fails, and another subscription tries again', () => {
    let failure: Error | undefined = new TypeError('hunter2');
    const told: unknown[] = [];
    const ground = new BridgeGround(
      { bad: () => (failure ? throwError(() => failure) : concat(of(fresh('good')), NEVER)) },
      { onError: (error, { name }) => told.push(error, name) }
    );
    const page = ground.page();
    const names = ['none', 'toString', 'bad'].map((name) => seenOf(page.value(name, undefined)).seen);
    const withParameters = seenOf(page.value('bad', 1)).seen;
    ground.time.advance(1000);
    expect(names).toEqual([
      ['error UNKNOWN_NAME: there is no value with this name'],
      ['error UNKNOWN_NAME: there is no value with this name'],
      ['error FAILED: the server says FAILED'],
    ]);
    expect(withParameters).toEqual(['error BAD_PARAMETERS: this value has none']);
    expect(told).toEqual([failure, 'bad']);
    failure = undefined;
    const again = seenOf(page.value('bad', undefined)).seen;
    ground.time.advance(1000);
    expect(again).toEqual(['good']);
  });

  it('becomes stale, and does not end, when its source ends', () => {
    const ground = new BridgeGround({ last: () => of(fresh('last')), none: () => NEVER });
    const { seen } = seenOf(ground.page().value('last', undefined));
    ground.time.advance(1000);
    expect(seen).toEqual(['last stale ENDED']);
  });

  it('is refused alone if it is too large, and comes when it is smaller', () => {
    const feed = new Feed();
    const ground = new BridgeGround(
      { colour: feed.watch, other: () => concat(of(fresh(1)), NEVER) },
      { limits: { valueBytes: 100 } }
    );
    const page = ground.page();
    const [large, small] = [seenOf(page.value('colour', undefined)).seen, seenOf(page.value('other', undefined)).seen];
    ground.time.advance(1000);
    feed.state$.next(fresh('x'.repeat(200)));
    ground.time.advance(1000);
    expect(large).toEqual(['red', 'error OVER_LIMIT: the value has more than 100 bytes']);
    expect(small).toEqual(['1']);
    feed.state$.next(fresh('green'));
    const again = seenOf(page.value('colour', undefined)).seen;
    ground.time.advance(1000);
    expect(again).toEqual(['green']);
  });
});

describe('the line of a page', () => {
  const colour = () => concat(of(fresh('red')), NEVER);

  it('tells where it stands', () => {
    const ground = new BridgeGround({ colour });
    const page = ground.page();
    const kinds: string[] = [];
    page.state$.pipe(map(({ kind }) => kind)).subscribe((kind) => kinds.push(kind));
    ground.time.advance(1000);
    expect(ground.requests).toEqual([]);
    const { leave } = seenOf(page.value('colour', undefined));
    ground.time.advance(1000);
    ground.cut();
    ground.time.advance(1000);
    leave();
    ground.time.advance(1000);
    expect(kinds).toEqual(['idle', 'connecting', 'open', 'lost', 'connecting', 'open', 'idle']);
  });

  it('counts as lost when it is silent, and signs of life keep it', () => {
    const ground = new BridgeGround({ colour }, { heartbeat: 1000 });
    let isMute = false;
    const page = ground.page(ground.wire(undefined, () => (isMute ? 0 : Infinity)));
    const { seen } = seenOf(page.value('colour', undefined));
    ground.time.advance(100_000);
    expect(seen).toEqual(['red']);
    expect(ground.requests.filter((it) => it === 'open')).toHaveLength(1);
    isMute = true;
    ground.time.advance(1400);
    expect(seen).toEqual(['red']);
    ground.time.advance(2000);
    expect(seen).toEqual(['red', 'red stale LINE_LOST']);
  });

  it('waits longer after each failure, with jitter, and no longer than its limit', () => {
    const ground = new BridgeGround({ colour });
    const opened: number[] = [];
    const wire = ground.wire();
    ground.isUp = false;
    const counted = { ...wire, open: () => defer(() => (opened.push(ground.time.now()), wire.open())) };
    seenOf(ground.page(counted).value('colour', undefined));
    ground.time.advance(5000);
    expect(opened).toEqual([0, 150, 400, 850, 1400, 1950, 2500, 3050, 3600, 4150, 4700]);
  });

  it('tries at once when the network is back', () => {
    const online$ = new Subject<void>();
    const ground = new BridgeGround({ colour });
    ground.isUp = false;
    const { seen } = seenOf(
      ground.page(undefined, { online$, backoff: { min: 60_000, max: 60_000 } }).value('colour', undefined)
    );
    ground.time.advance(1000);
    ground.isUp = true;
    online$.next();
    ground.time.advance(1000);
    expect(seen).toEqual(['red']);
  });

  it('rests while nobody sees the page, and catches up when somebody does', () => {
    const feed = new Feed();
    const seen$ = new BehaviorSubject(true);
    const ground = new BridgeGround({ colour: feed.watch });
    const { seen } = seenOf(ground.page(undefined, { seen$ }).value('colour', undefined));
    ground.time.advance(1000);
    seen$.next(false);
    const requests = ground.requests.length;
    ground.time.advance(1000);
    for (let i = 0; i < 100; i++) feed.state$.next(fresh(i));
    ground.time.advance(100_000);
    expect(ground.hub.sizes).toEqual({ lines: 0, watches: 0, actions: 0 });
    expect(ground.requests).toHaveLength(requests);
    seen$.next(true);
    ground.time.advance(1000);
    expect(seen).toEqual(['red', 'red stale PAUSED', '99']);
  });

  it('is refused to a page without rights: its values error, and those who try again open it again', () => {
    const ground = new BridgeGround({ colour });
    const wire = ground.wire();
    let mayCome = false;
    let opened = 0;
    const guarded = {
      ...wire,
      open: () =>
        defer(() => (opened++, mayCome ? wire.open() : throwError(() => new BridgeError('UNAUTHORIZED', 'who?')))),
    };
    const page = ground.page(guarded, { linger: 5000 });
    const { seen } = seenOf(page.value('colour', undefined));
    ground.time.advance(1000);
    expect(seen).toEqual(['error UNAUTHORIZED: who?']);
    expect(opened).toBe(1); // it is not tried again for nobody
    mayCome = true;
    const again = seenOf(page.value('colour', undefined));
    ground.time.advance(1000);
    expect(again.seen).toEqual(['red']);
    expect(opened).toBe(2);
  });

  it('is refused to a page that tries again inside the error, and it gets the next line', () => {
    const ground = new BridgeGround({ colour });
    const wire = ground.wire();
    let opened = 0;
    const guarded = {
      ...wire,
      open: () => defer(() => (opened++ ? wire.open() : throwError(() => new BridgeError('FORBIDDEN', 'no')))),
    };
    const page = ground.page(guarded);
    const { seen } = seenOf(page.value('colour', undefined).pipe(retry(1)));
    ground.time.advance(10_000);
    expect(seen).toEqual(['red']);
  });

  it('outlives the server that forgets it, and the age that the server gives it', () => {
    const ground = new BridgeGround({ colour }, { maxAge: 10_000 });
    const { seen } = seenOf(ground.page().value('colour', undefined));
    ground.time.advance(35_000);
    expect(seen).toEqual(['red', ...Array(3).fill(['red stale LINE_LOST', 'red']).flat()]);
  });
});
