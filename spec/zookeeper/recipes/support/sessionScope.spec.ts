import { describe, it } from '@jest/globals';
import {
  ConnectionLostError,
  LeaseError,
  ServerError,
  SessionError,
  type SessionState,
} from '../../../../lib/index.js';
import { withinSession } from '../../../../lib/zookeeper/recipes/support/sessionScope.js';
import { marbles } from '../../../helpers/marbles.js';

const states: Record<string, SessionState> = {
  o: { kind: 'connecting', epoch: 1 },
  l: { kind: 'lost', epoch: 1, id: 7n, reason: 'expired' },
  x: { kind: 'closed', epoch: 1 },
};
const expired = new SessionError('EXPIRED', 'the session has expired', 'none', { path: '/a' });
const lost = new LeaseError('LEASE_LOST', 'the session has expired', { path: '/a', cause: expired });

describe('withSession', () => {
  it(
    'takes a session that is lost for a lease that is, once another follows',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const state$ = cold('l--o-', states);
      expectObservable(cold('-#', {}, expired).pipe(withinSession({ state$ }))).toBe('----#', {}, lost);
      expectSubscriptions(state$.subscriptions).toBe('-^--!');
    })
  );

  it(
    'completes when none follows, and when the client is closed',
    marbles(({ cold, expectObservable }) => {
      const closed = new SessionError('CLOSED', 'the client was closed');
      for (const error of [expired, new SessionError('AUTH_FAILED', 'no')])
        expectObservable(cold('-#', {}, error).pipe(withinSession({ state$: cold('l--x', states) }))).toBe('----|');
      expectObservable(cold('-#', {}, expired).pipe(withinSession({ state$: cold('x', states) }))).toBe('-|');
      // not while it is closing
      expectObservable(cold('-#', {}, closed).pipe(withinSession({ state$: cold('o--(x|)', states) }))).toBe('----|');
    })
  );

  it(
    'passes on whatever else comes',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const state$ = cold('o', states);
      for (const error of [
        new ServerError('NO_AUTH', -102),
        new ConnectionLostError(),
        new SessionError('MOVED', 'moved'),
        new TypeError('mine'),
      ]) {
        expectObservable(cold('-#', {}, error).pipe(withinSession({ state$ }))).toBe('-#', {}, error);
      }
      expectObservable(cold('-a-|').pipe(withinSession({ state$ }))).toBe('-a-|');
      expectObservable(cold('-').pipe(withinSession({ state$ })), '--!').toBe('---');
      expectSubscriptions(state$.subscriptions).toBe([]);
    })
  );
});
