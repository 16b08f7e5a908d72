import { beforeEach, describe, expect, it } from '@jest/globals';
import { BehaviorSubject, EMPTY, Observable, type Subscriber } from 'rxjs';
import { type OpenLimits, type Opening, owned } from '../../lib/client/owned.js';
import { ConnectError, type CoordinationError } from '../../lib/core/errors.js';
import { Trouble } from '../../lib/core/trouble.js';
import { VirtualTime } from '../helpers/virtualTime.js';

let time: VirtualTime;
let trouble: Trouble;
let state$: BehaviorSubject<{ readonly kind: string }>;
let subscriber: Subscriber<Opening<Client>> | undefined;
let closes: number;
let given: unknown;

type Client = ReturnType<typeof client>;
const client = () => ({
  state$,
  scheduler: time,
  name: 'it',
  close: () => (closes++, state$.complete(), Promise.resolve()),
});

/** Opens a client of which the test moves the state. */
const open = (options: OpenLimits & { readonly color?: string } = {}) =>
  owned((others) => {
    given = others;
    return new Observable<Opening<Client>>((it) => {
      subscriber = it;
      it.next({ client: client(), trouble });
      return () => (subscriber = undefined);
    });
  }, options);

/** What became of a promise: its value, its error, or nothing yet. */
async function fate(promise: Promise<unknown>): Promise<unknown> {
  return Promise.race([promise.catch((error: unknown) => error), new Promise((done) => setImmediate(done, 'waits'))]);
}

beforeEach(() => {
  time = new VirtualTime();
  trouble = new Trouble();
  state$ = new BehaviorSubject({ kind: 'connecting' });
  subscriber = undefined;
  closes = 0;
});

describe('a client that is opened', () => {
  it('is there once it is connected, and gets the options that are not limits', async () => {
    const opened = open({ openTimeout: 50, color: 'red' });
    expect([await fate(opened), given]).toEqual(['waits', { color: 'red' }]);
    state$.next({ kind: 'connected' });
    expect((await opened).name).toBe('it');
  });

  it('is closed by its disposal', async () => {
    state$.next({ kind: 'connected' });
    const opened = await open();
    await opened[Symbol.asyncDispose]();
    expect(closes).toBe(1);
  });

  it('stays open when the time to open it passes, and when the signal aborts', async () => {
    const abort = new AbortController();
    const opened = open({ openTimeout: 100, signal: abort.signal });
    time.advance(99);
    state$.next({ kind: 'connected' });
    await opened;
    time.advance(100_000);
    abort.abort();
    expect([subscriber === undefined, closes]).toEqual([false, 0]);
  });
});

describe('an opening', () => {
  it.each([
    [undefined, 15_000],
    [100, 100],
  ])('with the openTimeout %s rejects after %d ms, and lets go of the client', async (openTimeout, limit) => {
    const opened = open({ ...(openTimeout !== undefined && { openTimeout }) });
    time.advance(limit - 1);
    expect([await fate(opened), subscriber === undefined]).toEqual(['waits', false]);
    time.advance(1);
    expect(await fate(opened)).toMatchObject({ code: 'TIMEOUT', message: `not connected within ${limit} ms` });
    expect(subscriber).toBeUndefined();
  });

  it('waits for ever where it is told to', async () => {
    const opened = open({ openTimeout: false });
    time.advance(1e9);
    expect(await fate(opened)).toBe('waits');
    state$.next({ kind: 'connected' });
    expect(await fate(opened)).toMatchObject({ name: 'it' });
  });

  it('rejects with the newest failure of each server', async () => {
    const refused = new ConnectError('refused');
    trouble.failed('a:1', new ConnectError('older'));
    trouble.failed('a:1', refused);
    const opened = open({ openTimeout: 10 });
    time.advance(10);
    expect(await fate(opened)).toMatchObject({ message: 'not connected within 10 ms: a:1: refused', cause: refused });

    trouble.failed('b:1', new ConnectError('no such name'));
    const abort = new AbortController();
    const aborted = open({ signal: abort.signal });
    abort.abort();
    const error = (await fate(aborted)) as CoordinationError;
    expect(error).toMatchObject({
      code: 'ABORTED',
      message: 'aborted before it was connected: a:1: refused; b:1: no such name',
    });
    expect((error.cause as AggregateError).errors).toHaveLength(2);
  });

  it('says why it was aborted where no server has failed', async () => {
    const reason = new Error('enough');
    expect(await fate(open({ signal: AbortSignal.abort(reason) }))).toMatchObject({ code: 'ABORTED', cause: reason });
  });

  it('is not begun by a signal that has aborted', async () => {
    await fate(open({ signal: AbortSignal.abort() }));
    expect(subscriber).toBeUndefined();
  });

  it('rejects when the client errors, and when it is closed', async () => {
    const failing = open();
    subscriber!.error(new Error('no'));
    expect(await fate(failing)).toMatchObject({ message: 'no' });
    const closing = open();
    subscriber!.complete();
    expect(await fate(closing)).toMatchObject({ code: 'CLOSED' });
    time.advance(20_000); // and no timer is left to say otherwise
  });

  it.each([
    ['options.openTimeout', { openTimeout: 0 }],
    ['options.openTimeout', { openTimeout: true as never }],
    ['options.openTimeout', { openTimeout: Infinity }],
    ['options.signal', { signal: 'now' as never }],
    ['options', null as never],
  ])('refuses bad %s', async (argument, options) => {
    const opened = owned((): Observable<Opening<Client>> => EMPTY, options as OpenLimits);
    expect(await fate(opened)).toMatchObject({ code: 'USAGE', argument });
  });
});
