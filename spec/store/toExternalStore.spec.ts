import { describe, expect, it } from '@jest/globals';
import { Observable, Subject, defer, of, throwError } from 'rxjs';
import { live } from '../../lib/store/live.js';
import { type ExternalStore, toExternalStore } from '../../lib/store/toExternalStore.js';
import { VirtualTime } from '../helpers/virtualTime.js';

/** A store over a source that is fed by hand; each attempt to subscribe takes the next source, or else the last. */
function ground(...sources: Observable<string>[]) {
  const time = new VirtualTime();
  const counts = { attempts: 0, subscribed: 0 };
  const source$ = defer(() => {
    const source = sources[Math.min(counts.attempts++, sources.length - 1)]!;
    return new Observable<string>((subscriber) => {
      counts.subscribed++;
      subscriber.add(() => counts.subscribed--);
      return source.subscribe(subscriber);
    });
  });
  const value = live(source$, 'i', { scheduler: time, linger: 10 });
  const store = toExternalStore(value);
  const calls: string[] = [];
  const listen = (name = 'called') => store.subscribe(() => calls.push(name));
  return { time, counts, value, store, listen, called: () => calls.splice(0) };
}

function read<T>({ getSnapshot }: ExternalStore<T>): T | string {
  try {
    return getSnapshot();
  } catch (error) {
    return `#${String(error)}`;
  }
}

describe('toExternalStore', () => {
  it('gives functions that need no this', () => {
    const { subscribe, getSnapshot, getServerSnapshot } = toExternalStore(live(of('a'), 'i'));
    expect([getSnapshot(), getServerSnapshot()]).toEqual(['i', 'i']);
    subscribe(() => {})();
    expect([getSnapshot(), getServerSnapshot()]).toEqual(['a', 'a']);
  });

  it('calls every listener back after a change, once for each burst', () => {
    const source = new Subject<string>();
    const { time, store, listen, called, counts } = ground(source);
    listen('1');
    listen('2');
    called();
    for (const each of ['a', 'b', 'c']) source.next(each);
    expect([called(), store.getSnapshot()]).toEqual([[], 'i']);
    time.advance(0);
    expect([called(), store.getSnapshot(), counts]).toEqual([['1', '2'], 'c', { attempts: 1, subscribed: 1 }]);
  });

  it('gives the same object until it changes', () => {
    const { subscribe, getSnapshot } = toExternalStore(live(of('a'), 'i').select((now) => ({ now })));
    expect(getSnapshot()).toBe(getSnapshot());
    subscribe(() => {})();
    expect(getSnapshot()).toEqual({ now: 'a' });
    expect(getSnapshot()).toBe(getSnapshot());
  });

  it('calls back when the source emits while it is subscribed to', () => {
    const { store, listen, called } = ground(of('a'));
    listen();
    expect([called(), store.getSnapshot()]).toEqual([['called'], 'a']);
  });

  it('tells a listener no more after it has left, and is left by one, even if one function listens twice', () => {
    const source = new Subject<string>();
    const { time, store, called, counts } = ground(source);
    const seen: string[] = [];
    const listener = () => seen.push(store.getSnapshot());
    const [stop] = [store.subscribe(listener), store.subscribe(listener)];
    seen.splice(0);
    stop();
    stop();
    source.next('a');
    time.advance(20);
    expect([seen, called(), counts]).toEqual([['a'], [], { attempts: 1, subscribed: 1 }]);
  });

  it('keeps the source for components that are mounted, unmounted and mounted again, as in StrictMode', () => {
    const { time, listen, counts } = ground(new Subject());
    for (const stop of [listen(), listen()]) stop();
    const again = listen();
    time.advance(20);
    expect(counts).toEqual({ attempts: 1, subscribed: 1 });
    again();
    time.advance(10);
    expect(counts).toEqual({ attempts: 1, subscribed: 0 });
  });

  it('throws the error of the source for as long as there are listeners, however long that is', () => {
    const source = new Subject<string>();
    const { time, store, listen, called } = ground(source, new Subject());
    const stops = [listen('1'), listen('2')];
    called();
    source.error('lost');
    time.advance(100);
    expect([called(), read(store)]).toEqual([['1', '2'], '#lost']);
    stops[0]!();
    expect(read(store)).toBe('#lost');
    stops[1]!();
    expect(read(store)).toBe('i');
  });

  it('begins anew, with the last value, when there are listeners again after an error', () => {
    const [first, second] = [new Subject<string>(), new Subject<string>()];
    const { time, store, listen, counts } = ground(first, second);
    const stop = listen();
    first.next('a');
    time.advance(0);
    first.error('lost');
    stop();
    time.advance(0);
    expect(read(store)).toBe('a'); // what a boundary renders when it tries again, before it subscribes
    listen();
    second.next('b');
    time.advance(0);
    expect([read(store), counts]).toEqual(['b', { attempts: 2, subscribed: 1 }]);
  });

  it('throws what the source says while it is subscribed to, until that listener has left', () => {
    const { store, listen, called } = ground(
      throwError(() => 'refused'),
      new Subject()
    );
    const stop = listen();
    expect([called(), read(store)]).toEqual([['called'], '#refused']);
    stop();
    listen();
    expect([called(), read(store)]).toEqual([['called'], 'i']);
  });

  it('is told of an error that others met, and recovers from that too', () => {
    const source = new Subject<string>();
    const { time, value, store } = ground(source, new Subject());
    value.subscribe({ error: () => {} });
    source.error('lost');
    expect(read(store)).toBe('#lost');
    time.advance(0);
    expect(read(store)).toBe('i');
  });

  it('keeps the last value when the source completes', () => {
    const source = new Subject<string>();
    const { time, store, listen, counts } = ground(source);
    const stop = listen();
    source.next('a');
    source.complete();
    time.advance(0);
    stop();
    time.advance(20);
    listen();
    expect([read(store), counts]).toEqual(['a', { attempts: 1, subscribed: 0 }]);
  });

  it('shows the server its value as it is, or what it is told to', () => {
    const value = live(of('a'), 'i');
    value.subscribe();
    expect(toExternalStore(value).getServerSnapshot()).toBe('a');
    expect(toExternalStore(value, () => 'from the page').getServerSnapshot()).toBe('from the page');
  });
});
