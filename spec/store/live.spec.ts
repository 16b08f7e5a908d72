import { describe, expect, it } from '@jest/globals';
import { EMPTY, NEVER, Observable, Subject, combineLatest, concat, defer, of, retry, take, throwError } from 'rxjs';
import { UsageError } from '../../lib/core/errors.js';
import { type Live, live } from '../../lib/store/live.js';
import { marbles } from '../helpers/marbles.js';
import { VirtualTime } from '../helpers/virtualTime.js';

/** A source that is fed by hand, a live value of it, and time that is moved on by hand. */
function ground(
  options: { linger?: number; equal?: (a: string, b: string) => boolean; idle?: (last: string) => string } = {}
) {
  const time = new VirtualTime();
  const source = new Subject<string>();
  const value = live(source, 'i', { scheduler: time, ...options });
  const seen: string[] = [];
  const watch = (name = '') =>
    value.subscribe({
      next: (now) => seen.push(name + now),
      error: (error) => seen.push(`${name}#${error}`),
      complete: () => seen.push(`${name}|`),
    });
  /** Emits all in one turn, and ends it. */
  const emit = (...values: string[]) => {
    for (const each of values) source.next(each);
    time.advance(0);
  };
  return { time, source, value, watch, emit, log: () => seen.splice(0) };
}

/** What is read now: a value, or the error that reading throws. */
function read<T>(value: Live<T>): T | string {
  try {
    expect(value.getSnapshot()).toBe(value.value);
    return value.value;
  } catch (error) {
    expect(value.getSnapshot).toThrow();
    return `#${String(error)}`;
  }
}

describe('live', () => {
  it(
    'emits the initial value, then what the source emits',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('                    --a--b-');
      expectObservable(live(source, 'i')).toBe('i-a--b-');
      expectSubscriptions(source.subscriptions).toBe('^------');
      expectObservable(live(hot('-'), 'i')).toBe('i------');
    })
  );

  it(
    'begins with the last of what the source emits while it is subscribed to',
    marbles(({ expectObservable }) => {
      expectObservable(live(concat(of('a', 'b'), NEVER), 'i')).toBe('b');
      expectObservable(live(of('a', 'b'), 'i')).toBe('(b|)');
    })
  );

  it(
    'emits once for each burst, the last value',
    marbles(({ hot, expectObservable }) => {
      expectObservable(live(hot('-(abc)-(de)|'), 'i')).toBe('ic-----e---|');
      expectObservable(live(hot('-(ab|)'), 'i')).toBe('i(b|)');
    })
  );

  it(
    'emits nothing for what is no change, nor for a burst that ends where it began',
    marbles(({ hot, expectObservable }) => {
      expectObservable(live(hot('-a-a-(bca)-b'), 'i')).toBe('ia---------b');
      expectObservable(live(hot('-i-a'), 'i')).toBe('i--a');
      const equal = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
      expectObservable(live(hot<string>('-a-A-b-B-I'), 'i', { equal })).toBe('ia---b---I');
      expectObservable(live(hot('-a-a'), 'i', { equal: () => false })).toBe('ia-a');
    })
  );

  it(
    'subscribes to the source once, and gives whoever comes later the value',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('   --a---b---c');
      const value = live(source, 'i');
      expectObservable(value, '   ^-------!').toBe('i-a---b');
      expectObservable(value, '   ----^--------!').toBe('----a-b---c');
      expectSubscriptions(source.subscriptions).toBe('^------------!');
    })
  );

  it(
    'keeps the source for as long as it lingers',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('                         -a---b---c---');
      const value = live(source, 'i', { linger: 3 });
      expectObservable(value, '                     ^--!').toBe('ia');
      expectObservable(value, '                     -----^-!').toBe('-----(ab)');
      expectSubscriptions(source.subscriptions).toBe('^---------!');
    })
  );

  it(
    'starts anew after that, with the last value until the source has emitted',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('                          -a---b--');
      const value = live(source, 'i', { linger: 3 });
      expectObservable(value, '                      ^-----!').toBe('     ia---b');
      expectObservable(value, '                      ------------^---!').toBe('------------ba');
      expectSubscriptions(source.subscriptions).toBe(['^--------!', '------------^------!']);
    })
  );

  it('lingers to the end of the turn by default, so that a component may be mounted twice', async () => {
    const log: string[] = [];
    const value = live(new Observable<string>(() => (log.push('subscribed'), () => void log.push('left'))), 'i');
    value.subscribe().unsubscribe();
    await Promise.resolve();
    value.subscribe().unsubscribe();
    expect(log).toEqual(['subscribed']);
    await new Promise((done) => setTimeout(done, 5));
    expect(log).toEqual(['subscribed', 'left']);
  });

  it('shows the last of a burst as soon as the code that is running has ended', async () => {
    const source = new Subject<string>();
    const value = live(source, 'i');
    value.subscribe();
    source.next('a');
    source.next('b');
    expect(value.value).toBe('i');
    await Promise.resolve();
    expect(value.value).toBe('b');
  });

  it('shows what `idle` makes of the last value when the source has been left', () => {
    const { source, time, value, watch, emit, log } = ground({ linger: 10, idle: (last) => `${last}?` });
    const first = watch();
    emit('a');
    first.unsubscribe();
    time.advance(9);
    expect(value.value).toBe('a');
    time.advance(1);
    expect([value.value, value.value, source.observed]).toEqual(['a?', 'a?', false]);
    watch();
    emit('a');
    expect(log()).toEqual(['i', 'a', 'a?', 'a']);
  });

  it('shows what a source that emits at once says, also if that is what it was before it was left', () => {
    const time = new VirtualTime();
    const value = live(concat(of('a'), NEVER), 'i', { scheduler: time, idle: (last) => `${last}?` });
    const seen: string[] = [];
    for (let i = 0; i < 2; i++) {
      value.subscribe((now) => seen.push(now)).unsubscribe();
      time.advance(1);
    }
    expect([seen, value.value]).toEqual([['a', 'a'], 'a?']);
  });

  it('keeps the last value as it is without an `idle`', () => {
    const { time, value, watch, emit } = ground();
    const first = watch();
    emit('a');
    first.unsubscribe();
    time.advance(1);
    expect(value.value).toBe('a');
  });

  it('gives what `idle` throws to whoever reads, and to whoever subscribes', () => {
    const { time, value, watch, log } = ground({
      idle: () => {
        throw 'idle';
      },
    });
    watch().unsubscribe();
    time.advance(1);
    expect(read(value)).toBe('#idle');
    watch();
    expect(log()).toEqual(['i', '#idle']);
  });

  it('changes its value in the moment of emitting it', () => {
    const { source, time, value, log, watch } = ground();
    watch();
    value.subscribe((now) => expect(read(value)).toBe(now));
    source.next('a');
    source.next('b');
    expect([value.value, log()]).toEqual(['i', ['i']]);
    time.advance(0);
    expect([value.value, log()]).toEqual(['b', ['b']]);
  });

  it('has a value without anybody subscribing, and asks the source for none', () => {
    const value = live(
      defer(() => throwError(() => 'asked')),
      'i'
    );
    expect(read(value)).toBe('i');
  });

  it('completes with its source, keeps the value, and does not ask again', () => {
    const { source, time, value, watch, emit, log } = ground({ linger: 10 });
    watch('1 ');
    emit('a');
    source.complete();
    time.advance(20);
    expect(read(value)).toBe('a');
    watch('2 ');
    expect(log()).toEqual(['1 i', '1 a', '1 |', '2 a', '2 |']);
  });

  it(
    'completes with the initial value when the source has none',
    marbles(({ expectObservable }) => {
      expectObservable(live(EMPTY, 'i')).toBe('(i|)');
    })
  );

  it('errors with its source, and throws that error when read', () => {
    const { source, value, watch, emit, log } = ground({ linger: 10 });
    watch('1 ');
    watch('2 ');
    emit('a');
    log();
    source.error('lost');
    expect(log()).toEqual(['1 #lost', '2 #lost']);
    expect(read(value)).toBe('#lost');
  });

  it('begins anew after an error when somebody subscribes, with the last value', () => {
    const time = new VirtualTime();
    const sources = [new Subject<string>(), new Subject<string>()];
    let attempts = 0;
    const value = live(
      defer(() => sources[attempts++]!),
      'i',
      { scheduler: time, linger: 10, idle: (last) => `${last}?` }
    );
    const seen: string[] = [];
    value.pipe(retry(1)).subscribe((now) => seen.push(now)); // subscribes again in the notification
    sources[0]!.next('a');
    time.advance(0);
    sources[0]!.error('lost');
    expect([read(value), seen]).toEqual(['a', ['i', 'a', 'a']]);
    time.advance(20); // an error that nobody subscribes after would be forgotten now
    expect(read(value)).toBe('a');
    sources[1]!.next('b');
    time.advance(0);
    expect([read(value), seen, attempts]).toEqual(['b', ['i', 'a', 'a', 'b'], 2]);
  });

  it('forgets an error at the end of the turn, for what has failed does not linger', () => {
    const { source, time, value, watch, emit } = ground({ linger: 10, idle: (last) => `${last}?` });
    watch();
    emit('a');
    source.error('lost');
    expect(read(value)).toBe('#lost');
    time.advance(0);
    expect(read(value)).toBe('a?');
    time.advance(20);
    expect(read(value)).toBe('a?');
  });

  it('forgets an error that came while it lingered, and completes later if it was completed then', () => {
    const { source, time, value, watch, emit } = ground({ linger: 10, idle: (last) => `${last}?` });
    watch().unsubscribe();
    emit('a');
    source.error('lost');
    expect(read(value)).toBe('#lost');
    time.advance(0);
    expect(read(value)).toBe('a?');
    time.advance(20);
    expect(read(value)).toBe('a?');
    const ended = ground({ linger: 10 });
    ended.watch().unsubscribe();
    ended.emit('a');
    ended.source.complete();
    ended.time.advance(20);
    ended.watch();
    expect(ended.log()).toEqual(['i', 'a', '|']);
  });

  it(
    'errors when the source does while it is subscribed to, and emits no value',
    marbles(({ expectObservable }) => {
      expectObservable(
        live(
          throwError(() => 'error'),
          'i'
        )
      ).toBe('#');
      expectObservable(
        live(
          concat(
            of('a'),
            throwError(() => 'error')
          ),
          'i'
        )
      ).toBe('#');
    })
  );

  it('errors with what `equal` throws', () => {
    const { source, value, watch, emit, log } = ground({
      equal: () => {
        throw 'equal';
      },
    });
    watch();
    emit('a');
    expect([log(), read(value), source.observed]).toEqual([['i', '#equal'], 'i', false]);
  });

  it('leaves a source that emits at once, also to those who take one value', () => {
    const time = new VirtualTime();
    let subscriptions = 0;
    const source = concat(of('a'), new Observable<string>(() => (subscriptions++, () => subscriptions--)));
    const seen: string[] = [];
    live(source, 'i', { scheduler: time })
      .pipe(take(1))
      .subscribe((now) => seen.push(now));
    expect([seen, subscriptions]).toEqual([['a'], 1]);
    time.advance(1);
    expect(subscriptions).toBe(0);
  });

  it('tells nobody who was unsubscribed in the notification', () => {
    const { value, watch, emit, log } = ground();
    const second = { unsubscribe: () => {} };
    value.subscribe((now) => now === 'a' && second.unsubscribe());
    second.unsubscribe = watch().unsubscribe.bind(null);
    const third = watch('3 ');
    second.unsubscribe = () => third.unsubscribe();
    emit('a');
    expect(log()).toEqual(['i', '3 i', 'a']);
  });

  it('tells whoever subscribes in a notification the new value, once', () => {
    const { value, watch, emit, log } = ground();
    value.subscribe((now) => now === 'a' && watch());
    emit('a');
    expect(log()).toEqual(['a']);
  });

  it('tells of what is emitted in a notification in the next turn, after all have been told of the first', () => {
    const { source, value, watch, emit, log } = ground();
    value.subscribe((now) => {
      if (now === 'a') source.next('b');
    });
    watch();
    emit('a');
    expect([log(), read(value)]).toEqual([['i', 'a', 'b'], 'b']);
  });

  it(
    'makes one change of several live values that change in one turn',
    marbles(({ hot, expectObservable }) => {
      const a$ = hot('            -a---c-');
      const b$ = hot('            -b----d');
      const both$ = combineLatest([live(a$, 'i'), live(b$, 'j')], (...both) => both.join(''));
      const values = { w: 'ij', x: 'aj', y: 'ab', z: 'cb', d: 'cd' };
      expectObservable(both$).toBe('          w(xy)zd', values);
      expectObservable(live(both$, '')).toBe('wy---zd', values);
    })
  );

  it('refuses options that are wrong', () => {
    const wrong: object[] = [{ linger: -1 }, { linger: 1.5 }, { linger: Infinity }, { equals: Object.is }];
    for (const options of wrong) expect(() => live(NEVER, 0, options)).toThrow(UsageError);
  });
});

describe('select', () => {
  it(
    'emits the part, and only when that changes',
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const values = { a: { n: 1, m: 1 }, b: { n: 1, m: 2 }, c: { n: 2, m: 2 } };
      const source = hot('                                             -a-b-c-(ab)|', values);
      const n = live(source, { n: 0, m: 0 }).select((now) => now.n);
      expectObservable(n).toBe('                                       xy---z-y---|', { x: 0, y: 1, z: 2 });
      expectSubscriptions(source.subscriptions).toBe('                 ^----------!');
      expectObservable(live(NEVER, 'i').select((now) => now)).toBe('   i');
      expectObservable(live(EMPTY, 'i').select((now) => now)).toBe('   (i|)');
      expectObservable(live(hot('-#'), 'i').select((now) => now)).toBe('i#');
    })
  );

  it('is a value that can be read with and without subscribers, the same object until it changes', () => {
    const { value, emit, watch } = ground();
    const part = value.select((now) => ({ now }));
    const before = part.value;
    expect(before).toEqual({ now: 'i' });
    expect(part.getSnapshot()).toBe(before);
    watch();
    emit('a');
    expect(part.value).toEqual({ now: 'a' });
    expect(part.value).toBe(part.value);
  });

  it('keeps the part that it has when a new one is equal', () => {
    const { value, emit, log, watch } = ground();
    const size = value.select(
      (now) => ({ size: now.length }),
      (a, b) => a.size === b.size
    );
    const seen: object[] = [];
    size.subscribe((now) => seen.push(now));
    const first = size.value;
    emit('a');
    expect(size.value).toBe(first);
    emit('aa');
    expect([seen, size.value]).toEqual([[{ size: 1 }, { size: 2 }], { size: 2 }]);
    expect([watch() && log(), seen[0]]).toEqual([['aa'], first]);
  });

  it('calls the function once for each value that is looked at, however many look', () => {
    const { value, emit } = ground();
    const asked: string[] = [];
    const part = value.select((now) => asked.push(now));
    expect(asked).toEqual([]);
    part.subscribe();
    part.subscribe();
    expect([part.value, part.value]).toEqual([1, 1]);
    emit('a', 'b', 'c');
    expect(asked).toEqual(['i', 'c']);
  });

  it('selects from what was selected, on one subscription to the source', () => {
    const time = new VirtualTime();
    const source = new Subject<{ a: { b: number }; c: number }>();
    const a = live(source, { a: { b: 1 }, c: 1 }, { scheduler: time }).select((now) => now.a);
    const b = a.select((now) => now.b);
    const seen: number[] = [];
    const both = [a.subscribe(), b.subscribe((now) => seen.push(now))];
    source.next({ a: { b: 1 }, c: 2 });
    time.advance(0);
    source.next({ a: { b: 2 }, c: 2 });
    time.advance(0);
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- RxJS has no other way to count subscriptions
    expect([seen, b.value, source.observers.length]).toEqual([[1, 2], 2, 1]);
    for (const each of both) each.unsubscribe();
    time.advance(1);
    expect(source.observed).toBe(false);
  });

  it('errors with what the function throws, for its own subscribers alone, and recovers with the next value', () => {
    const { value, watch, emit, log } = ground();
    const part = value.select((now) => {
      if (now === 'bad') throw 'part';
      return now;
    });
    const errors: unknown[] = [];
    part.subscribe({ error: (error) => errors.push(error) });
    watch();
    emit('bad');
    expect([errors, read(part), read(value)]).toEqual([['part'], '#part', 'bad']);
    emit('good');
    expect([read(part), log()]).toEqual(['good', ['i', 'bad', 'good']]);
  });

  it('throws the error of the source when read, until that begins anew', () => {
    const { source, value } = ground({ linger: 10 });
    const part = value.select((now) => now.length);
    part.subscribe({ error: () => {} });
    source.error('lost');
    expect(read(part)).toBe('#lost');
    part.subscribe({ error: () => {} }).unsubscribe(); // the Subject errors at once
    expect(read(part)).toBe('#lost');
  });

  it('shows what `idle` makes of the value', () => {
    const { time, value } = ground({ idle: (last) => `${last}?` });
    const part = value.select((now) => now.endsWith('?'));
    part.subscribe().unsubscribe();
    expect(part.value).toBe(false);
    time.advance(1);
    expect(part.value).toBe(true);
  });
});
