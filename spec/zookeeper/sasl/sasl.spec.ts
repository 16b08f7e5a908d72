import { describe, expect, it } from '@jest/globals';
import { EMPTY, NEVER, type ObservableInput, Subject, lastValueFrom, of, throwError } from 'rxjs';
import { ConnectionLostError, SessionError } from '../../../lib/core/errors.js';
import type { SaslExchange } from '../../../lib/zookeeper/sasl/saslMechanism.js';
import { authenticate } from '../../../lib/zookeeper/session/authenticate.js';
import { digestMd5 } from '../../../lib/zookeeper/sasl/digestMd5.js';
import { marbles } from '../../helpers/marbles.js';

type Answer = ReturnType<SaslExchange['step']>;

const A = Uint8Array.of(1);
const B = Uint8Array.of(2);
const refused = new SessionError('AUTH_FAILED', 'sasl: authentication failed');

/** An exchange whose steps give these answers; it is complete once it has given so many of them. */
function mechanism(answers: readonly Answer[], completeAfter = answers.length) {
  const heard: (Uint8Array | null)[] = [];
  const exchange: SaslExchange = {
    get complete() {
      return heard.length >= completeAfter;
    },
    step(token) {
      heard.push(token);
      return answers[heard.length - 1] ?? [undefined];
    },
  };
  return { exchange, heard };
}

describe('a login by SASL', () => {
  it(
    'runs in virtual time, for a mechanism that answers at once',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const { exchange, heard } = mechanism([[A], [B], [undefined]]);
      const reply = cold('--(r|)', { r: B });
      expectObservable(authenticate(exchange, () => reply)).toBe('----|');
      expectSubscriptions(reply.subscriptions).toBe(['^-!', '--^-!']);
      expectObservable(of(heard)).toBe('(h|)', { h: [null, B, B] });
    })
  );

  it('takes the one token that a mechanism gives, in an array, an Observable or a promise', async () => {
    const sent: Uint8Array[] = [];
    const { exchange } = mechanism([[A, B], of(B, A), Promise.resolve(A), Promise.resolve(undefined)]);
    await lastValueFrom(
      authenticate(exchange, (token) => (sent.push(token), of(B))),
      { defaultValue: undefined }
    );
    expect(sent).toEqual([A, B, A]);
  });

  it('asks nothing of anybody before it is subscribed to', () => {
    const { exchange, heard } = mechanism([[A]]);
    void authenticate(exchange, () => NEVER);
    expect(heard).toEqual([]);
  });

  it(
    'hears the server out when the mechanism is complete with its last token',
    marbles(({ cold, expectObservable }) => {
      const { exchange } = mechanism([[A]]); // as PLAIN, and as the end of GSSAPI
      expectObservable(authenticate(exchange, () => cold('---(n|)', { n: null }))).toBe('---|');
      expectObservable(authenticate(mechanism([[A], [undefined]]).exchange, () => cold('---(b|)', { b: B }))).toBe(
        '---|'
      );
    })
  );

  it(
    'fails when that last word is a refusal',
    marbles(({ cold, expectObservable }) => {
      expectObservable(authenticate(mechanism([[A]]).exchange, () => cold('---#', {}, refused))).toBe(
        '---#',
        {},
        refused
      );
    })
  );

  it(
    'does not take silence for consent',
    marbles(({ cold, expectObservable }) => {
      const { exchange } = mechanism([[A], [B], [undefined]]);
      // as a server that lets those who fail stay
      const replies = [cold('-(b|)', { b: B }), cold('-(n|)', { n: null })];
      const failure = expect.objectContaining({ code: 'AUTH_FAILED', effect: 'none' });
      expectObservable(authenticate(exchange, () => replies.shift()!)).toBe('--#', {}, failure);
    })
  );

  it(
    'fails when the mechanism has nothing more to say, and is not content',
    marbles(({ expectObservable }) => {
      const failure = expect.objectContaining({ code: 'AUTH_FAILED', effect: 'none' });
      for (const nothing of [[undefined], [], EMPTY] as Answer[]) {
        expectObservable(authenticate(mechanism([[A], nothing], 3).exchange, () => of(B))).toBe('#', {}, failure);
      }
    })
  );

  it(
    'breaks with the link, and says how',
    marbles(({ cold, expectObservable }) => {
      const lost = new ConnectionLostError('the server closed the connection', 'none');
      expectObservable(authenticate(mechanism([[A], [B]]).exchange, () => cold('-#', {}, lost))).toBe('-#', {}, lost);
    })
  );

  it(
    'passes on the error of a mechanism that has one of its own',
    marbles(({ expectObservable }) => {
      const own = new SessionError('AUTH_FAILED', 'no ticket');
      const thrower: SaslExchange = {
        complete: false,
        step: () => {
          throw own;
        },
      };
      expectObservable(authenticate(thrower, () => NEVER)).toBe('#', {}, own);
      expectObservable(authenticate(mechanism([throwError(() => own)]).exchange, () => NEVER)).toBe('#', {}, own);
    })
  );

  it(
    'fails with AUTH_FAILED, whatever a mechanism throws',
    marbles(({ expectObservable }) => {
      const cause = new TypeError('no such ticket');
      const failure = expect.objectContaining({
        code: 'AUTH_FAILED',
        effect: 'none',
        cause,
        message: expect.stringContaining('no such ticket'),
      });
      const thrower: SaslExchange = {
        complete: false,
        step: () => {
          throw cause;
        },
      };
      expectObservable(authenticate(thrower, () => NEVER)).toBe('#', {}, failure);
      expectObservable(authenticate(mechanism([[A], throwError(() => cause)]).exchange, () => of(B))).toBe(
        '#',
        {},
        failure
      );
    })
  );

  it(
    'tells a server that knows no SASL from one that lets the login fail without a word',
    marbles(({ expectObservable }) => {
      const saying = (message: string) =>
        expect.objectContaining({ code: 'AUTH_FAILED', message: expect.stringContaining(message) });
      const replies = [B, null];
      expectObservable(authenticate(mechanism([[A]], 3).exchange, () => of(null))).toBe(
        '#',
        {},
        saying('does not know SASL')
      );
      expectObservable(authenticate(mechanism([[A], [B]], 3).exchange, () => of(replies.shift()!))).toBe(
        '#',
        {},
        saying('without a word')
      );
    })
  );

  it(
    'does not go on for ever, nor take an answer that never came for one',
    marbles(({ expectObservable }) => {
      const failure = expect.objectContaining({ code: 'AUTH_FAILED' });
      expectObservable(authenticate({ complete: false, step: () => [A] }, () => of(B))).toBe('#', {}, failure);
      expectObservable(authenticate(mechanism([[A]]).exchange, () => EMPTY)).toBe('#', {}, failure);
    })
  );

  it(
    'is given up by unsubscribing, while the server thinks',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const { exchange } = mechanism([[A], [B]]);
      const reply = cold('---(b|)', { b: B });
      expectObservable(
        authenticate(exchange, () => reply),
        '--!'
      ).toBe('---');
      expectSubscriptions(reply.subscriptions).toBe('^-!');
    })
  );

  it('is given up by unsubscribing, while the mechanism thinks', async () => {
    const thought = new Subject<Uint8Array>();
    let reject!: (reason: unknown) => void;
    for (const answer of [thought, new Promise<never>((_, no) => (reject = no))] as ObservableInput<Uint8Array>[]) {
      const { exchange } = mechanism([answer]);
      authenticate(exchange, () => {
        throw new Error('nobody waits any more');
      })
        .subscribe()
        .unsubscribe();
    }
    expect(thought.observed).toBe(false);
    reject(new Error('too late for anybody')); // and not an unhandled rejection
    await new Promise(setImmediate);
  });

  it(
    'fails in virtual time with a server that has another password',
    marbles(({ cold, expectObservable }) => {
      const challenge = Buffer.from('realm="r",nonce="n",algorithm=md5-sess,charset=utf-8');
      const replies = [cold('-(c|)', { c: challenge }), cold('-(p|)', { p: Buffer.from(`rspauth=${'0'.repeat(32)}`) })];
      const failure = expect.objectContaining({
        code: 'AUTH_FAILED',
        message: expect.stringContaining('has not proved'),
      });
      const { start } = digestMd5({ username: 'bob', password: 'secret' });
      expectObservable(authenticate(start({ host: 'zk1', port: 2181 }), () => replies.shift()!)).toBe(
        '--#',
        {},
        failure
      );
    })
  );
});
