import { NEVER, type Observable, type SchedulerLike, concatMap, defer, map, race, throwError, timer } from 'rxjs';
import { type Codec, bytes, utf8 } from '../../lib/core/codecs.js';
import { ConnectionLostError, ServerError, SessionError } from '../../lib/core/errors.js';
import type { Arakoon } from '../../lib/arakoon/client/arakoon.js';
import type { Range } from '../../lib/arakoon/client/requestOptions.js';
import type { Span } from '../../lib/arakoon/protocol/interval.js';
import type { NurseryConfig } from '../../lib/arakoon/protocol/nurseryConfig.js';
import type { Step } from '../../lib/arakoon/protocol/step.js';

/**
 * What goes wrong with a request: its reply is lost, after it was done or with nothing done; it is done so many
 * milliseconds after that is said; there is no master; it takes its time; the client is closed.
 */
export type Fault =
  'lost' | 'lostAfter' | { readonly doneLate: number } | 'noMaster' | { readonly delay: number } | 'closed';

/**
 * One cluster as far as recipes see it, in memory and virtual time: a request takes a millisecond, or more where told
 * to.
 */
export class FakeArakoon {
  /** Values as text, keys in any order. */
  readonly data = new Map<string, string>();
  /** What was asked, one word and its arguments each. */
  readonly requests: string[] = [];
  fault: (request: string) => Fault | undefined = () => undefined;
  interval: Span = { begin: null, end: null };
  config: NurseryConfig | undefined;
  readonly client: Arakoon;
  readonly #scheduler: SchedulerLike;
  readonly #state$ = NEVER;

  constructor(scheduler: SchedulerLike) {
    this.#scheduler = scheduler;
    this.client = this.#view(utf8, bytes as Codec<Uint8Array>);
  }

  #view<K, V>(key: Codec<K>, value: Codec<V>): Arakoon<K, V> {
    const text = (k: K) => Buffer.from(key.encode(k)!).toString('latin1');
    const said = (v: V | null) => (v === null ? null : Buffer.from(value.encode(v)!).toString('latin1'));
    const keyOf = (k: string) => key.decode(Buffer.from(k, 'latin1'));
    const valueOf = (v: string) => value.decode(Buffer.from(v, 'latin1'));
    const write = (k: string, v: string | null) => void (v === null ? this.data.delete(k) : this.data.set(k, v));
    const bound = (k: K | null | undefined) => (k === null || k === undefined ? null : text(k));
    const ranged = (
      { begin, beginInclusive = true, end, endInclusive = false, max = Infinity }: Range<K>,
      down: boolean
    ) => {
      const [first, last] = [bound(begin), bound(end)];
      this.#check(first, last);
      const sign = down ? -1 : 1;
      const keys = [...this.data.keys()].sort((a, b) => sign * (a < b ? -1 : 1));
      const within = (k: string, edge: string | null, inclusive: boolean, side: number) =>
        edge === null || (k === edge ? inclusive : (k < edge ? -1 : 1) === side);
      return keys
        .filter((k) => within(k, first, beginInclusive, sign) && within(k, last, endInclusive, -sign))
        .slice(0, max);
    };
    const entries = (keys: readonly string[]) => keys.map((k) => [keyOf(k), valueOf(this.data.get(k)!)] as const);
    const ask = <T>(request: string, options: { readonly timeout?: number | undefined } | undefined, act: () => T) =>
      this.#ask(request, options?.timeout, act);

    return {
      codecs: { key, value },
      state$: this.#state$,
      scheduler: this.#scheduler,
      with: <K2, V2>(options: { key?: Codec<K2>; value?: Codec<V2> }) =>
        this.#view((options.key ?? key) as Codec<K2>, (options.value ?? value) as Codec<V2>),
      get: (k: K, options?: object) =>
        ask(`get ${text(k)}`, options, () => {
          this.#check(text(k));
          const found = this.data.get(text(k));
          if (found === undefined) throw new ServerError('NOT_FOUND', 5);
          return found;
        }).pipe(map(valueOf)),
      set: (k: K, v: V) =>
        ask(`set ${text(k)} ${said(v)}`, undefined, () => {
          this.#check(text(k));
          write(text(k), said(v));
        }),
      testAndSet: (k: K, expected: V | null, wanted: V | null, options?: object) =>
        ask(`testAndSet ${text(k)} ${said(expected)} ${said(wanted)}`, options, () => {
          const found = this.data.get(text(k)) ?? null;
          if (found === said(expected)) write(text(k), said(wanted));
          return found;
        }).pipe(map((found) => (found === null ? null : valueOf(found)))),
      sequence: (steps: readonly Step<K, V>[]) =>
        ask(`sequence ${steps.map(({ kind }) => kind).join(' ')}`, undefined, () => {
          for (const step of steps) {
            if (step.kind === 'assert' && (this.data.get(text(step.key)) ?? null) !== said(step.value))
              throw new ServerError('ASSERTION_FAILED', 7);
            if (step.kind === 'assertExists' && !this.data.has(text(step.key)))
              throw new ServerError('ASSERTION_FAILED', 7);
            if (step.kind === 'set')
              write(text(step.key), Buffer.from(step.prefix ?? []).toString('latin1') + said(step.value));
            if (step.kind === 'delete') write(text(step.key), null);
          }
        }),
      range: (range: Range<K> = {}, options?: object) =>
        ask(`range ${show(range, text)}`, options, () => ranged(range, false).map(keyOf)),
      rangeEntries: (range: Range<K> = {}, options?: object) =>
        ask(`rangeEntries ${show(range, text)}`, options, () => ranged(range, false)).pipe(map(entries)),
      revRangeEntries: (range: Range<K> = {}, options?: object) =>
        ask(`revRangeEntries ${show(range, text)}`, options, () => ranged(range, true)).pipe(map(entries)),
      nursery: {
        getInterval: () => ask('getInterval', undefined, () => ({ public: this.interval, private: this.interval })),
        getConfig: () =>
          ask('getConfig', undefined, () => {
            if (this.config === undefined) throw new ServerError('NOT_FOUND', 5);
            return this.config;
          }),
      },
    } as unknown as Arakoon<K, V>;
  }

  #check(...keys: readonly (string | null)[]): void {
    const { begin, end } = this.interval;
    const isOurs = (key: Buffer) =>
      (begin === null || Buffer.compare(begin, key) <= 0) && (end === null || Buffer.compare(key, end) < 0);
    if (!keys.every((key) => key === null || isOurs(Buffer.from(key, 'latin1'))))
      throw new ServerError('OUTSIDE_INTERVAL', 9);
  }

  #ask<T>(request: string, timeout: number | undefined, act: () => T): Observable<T> {
    return defer(() => {
      this.requests.push(request);
      const fault = this.fault(request);
      const after = <R>(ms: number, then: () => R) => timer(ms, this.#scheduler).pipe(map(then));
      const failing = (error: Error) => after(1, () => { throw error; }); // prettier-ignore
      const lost = () => new ConnectionLostError();
      if (fault === 'lost') return failing(lost());
      if (fault === 'lostAfter') return after(1, act).pipe(concatMap(() => throwError(lost)));
      if (fault === 'noMaster') return failing(new ConnectionLostError('no master', 'none', { code: 'TIMEOUT' }));
      if (fault === 'closed') return failing(new SessionError('CLOSED', 'closed'));
      if (typeof fault === 'object' && 'doneLate' in fault) {
        this.#scheduler.schedule(() => {
          try {
            act();
          } catch {
            // the request was lost, so nobody gets the refusal
          }
        }, fault.doneLate);
        return failing(lost());
      }
      const done$ = after(1 + (fault?.delay ?? 0), act);
      const late = () => new ConnectionLostError('no reply', 'none', { code: 'TIMEOUT' });
      return timeout === undefined
        ? done$
        : race(done$, timer(timeout, this.#scheduler).pipe(concatMap(() => throwError(late))));
    });
  }
}

function show<K>(
  { begin, beginInclusive = true, end, endInclusive = false, max }: Range<K>,
  text: (key: K) => string
): string {
  const edge = (key: K | null | undefined) => (key === null || key === undefined ? '' : text(key));
  const [open, close] = [beginInclusive ? '[' : '(', endInclusive ? ']' : ')'];
  return `${open}${edge(begin)},${edge(end)}${close}${max === undefined ? '' : ` ${max}`}`;
}
