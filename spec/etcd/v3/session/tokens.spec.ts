import { describe, expect, it } from '@jest/globals';
import { NEVER, Observable, ReplaySubject } from 'rxjs';
import { ConnectionLostError, type CoordinationError } from '../../../../lib/core/errors.js';
import type { CallContext, CallListener, Carrier, Metadata, OpenCall } from '../../../../lib/etcd/v3/carrier.js';
import { settingsOf } from '../../../../lib/etcd/v3/options.js';
import { refusal } from '../../../../lib/etcd/v3/protocol/errorCode.js';
import { type Method, authenticate, range } from '../../../../lib/etcd/v3/protocol/methods.js';
import { Session } from '../../../../lib/etcd/v3/session/session.js';
import { VirtualTime } from '../../../helpers/virtualTime.js';

/** A call that a server has seen. */
interface Seen {
  readonly server: FakeServer;
  readonly path: string;
  readonly token: string | undefined;
  reply(message: object): void;
  refuse(status: number, words: string): void;
}

/** A connection to a server of which the test answers every call. */
class FakeServer implements Carrier {
  readonly end$ = new ReplaySubject<never>(1);
  readonly #open = new Set<CallListener<never>>();
  readonly #seen: Seen[];

  constructor(seen: Seen[]) {
    this.#seen = seen;
  }

  call<Q, R>(method: Method<Q, R>, { token }: Metadata, context: CallContext, listener: CallListener<R>): OpenCall<Q> {
    this.#open.add(listener);
    const once = (end: () => void) => void (this.#open.delete(listener) && end());
    this.#seen.push({
      ...{ server: this, path: method.path, token },
      reply: (message) =>
        once(() => {
          listener.message(method.response.fromJson(message));
          listener.ended(undefined);
        }),
      refuse: (status, words) => once(() => listener.ended(refusal(status, words, method.isRead, context))),
    });
    const cancel = () => void this.#open.delete(listener);
    return { send: () => true, finish() {}, cancel, hold() {}, release() {} };
  }

  ping(): Observable<never> {
    return NEVER;
  }

  die(): void {
    const error = new ConnectionLostError('it died', 'none');
    this.end$.error(error);
    for (const listener of [...this.#open]) listener.ended(error);
  }
}

function ground(members = 1) {
  const scheduler = new VirtualTime();
  const seen: Seen[] = [];
  const transport = () =>
    new Observable<Carrier>((subscriber) => {
      const server = new FakeServer(seen);
      subscriber.next(server);
    });
  const options = { user: { name: 'u', password: 'p' }, transport, scheduler, random: () => 0.5, timeout: 20_000 };
  const endpoints = Array.from({ length: members }, (_, i) => ({ host: 'a', port: i + 1 }));
  const session = new Session(endpoints, settingsOf(options), transport);
  session.life$.subscribe();
  const run = (ms: number) => scheduler.advance(ms);
  const results: string[] = [];
  const get = () =>
    session
      .exchange(range, {}, { operation: 'get', path: 'k' })
      .subscribe({ next: () => results.push('done'), error: ({ code }: CoordinationError) => results.push(code) });
  /** What servers have seen since the last question: `A` for a password, `R` with the token for a read. */
  const news = () => {
    const all = seen.splice(0);
    return Object.assign(all, {
      text: all.map(({ path, token }) => (path === authenticate.path ? 'A' : `R${token ?? ''}`)).join(' '),
    });
  };
  run(1);
  return { run, results, get, news, session };
}

describe('the token of a user', () => {
  const INVALID = [16, 'etcdserver: invalid auth token'] as const;

  it('is asked for once, however many requests were refused for an old one, and when they were', () => {
    const { news, get, results } = ground();
    news()[0]!.reply({ token: 't1' });
    for (let i = 0; i < 3; i++) get();
    const [a, b, c] = news();
    a!.refuse(...INVALID);
    b!.refuse(...INVALID);
    const asked = news();
    expect(asked.text).toBe('A');
    asked[0]!.reply({ token: 't2' });
    c!.refuse(...INVALID); // it comes late: there is a newer token already
    const again = news();
    expect(again.text).toBe('Rt2 Rt2 Rt2');
    again.forEach((it) => it.reply({}));
    expect(results).toEqual(['done', 'done', 'done']);
  });

  it('is not asked for a third time when a new one is refused as well', () => {
    const { news, get, results } = ground();
    news()[0]!.reply({ token: 't1' });
    get();
    news()[0]!.refuse(...INVALID);
    news()[0]!.reply({ token: 't2' });
    news()[0]!.refuse(...INVALID);
    expect([news().text, results]).toEqual(['', ['INVALID_TOKEN']]);
  });

  it('may be lost with the connection: the request waits for the next one', () => {
    const { news, get, results, run } = ground();
    news()[0]!.reply({ token: 't1' });
    run(2000);
    get();
    news()[0]!.refuse(...INVALID);
    news()[0]!.server.die();
    run(100);
    expect(results).toEqual([]);
    news()[0]!.reply({ token: 't2' });
    const again = news();
    expect(again.text).toBe('Rt2');
    again[0]!.reply({});
    expect(results).toEqual(['done']);
  });

  it('is asked for elsewhere when a member does not answer', () => {
    const { news, get, results, run } = ground(2);
    const first = news()[0]!;
    first.reply({ token: 't1' });
    run(2000);
    get();
    news()[0]!.refuse(...INVALID);
    expect(news().text).toBe('A');
    run(4999);
    expect(news().text).toBe('');
    run(2);
    const next = news();
    expect(next.text).toBe('A');
    expect(next[0]!.server).not.toBe(first.server);
    next[0]!.reply({ token: 't2' });
    news()[0]!.reply({});
    expect(results).toEqual(['done']);
  });

  it('that a member without a leader cannot give is asked for again, while requests wait', () => {
    const { news, get, results, run, session } = ground();
    get();
    news()[0]!.refuse(14, 'etcdserver: no leader');
    expect(session.states.state).toMatchObject({ kind: 'connecting', cause: { code: 'NO_LEADER' } });
    run(200);
    news()[0]!.reply({ token: 't' });
    news()[0]!.reply({});
    expect(results).toEqual(['done']);
  });

  it('that a wrong password does not get fails the requests that wait, and later ones with the next attempt', () => {
    const { news, get, results, run } = ground();
    get();
    news()[0]!.refuse(3, 'etcdserver: authentication failed, invalid user ID or password');
    expect(results).toEqual(['AUTH_FAILED']);
    get();
    run(200);
    news()[0]!.refuse(3, 'etcdserver: authentication failed, invalid user ID or password');
    expect(results).toEqual(['AUTH_FAILED', 'AUTH_FAILED']);
  });

  it('is not needed where there is no authentication, until there is', () => {
    const { news, get, results } = ground();
    news()[0]!.refuse(9, 'etcdserver: authentication is not enabled');
    get();
    const plain = news();
    expect(plain.text).toBe('R');
    plain[0]!.refuse(3, 'etcdserver: user name is empty');
    news()[0]!.reply({ token: 't' });
    const again = news();
    expect(again.text).toBe('Rt');
    again[0]!.reply({});
    expect(results).toEqual(['done']);
  });
});
