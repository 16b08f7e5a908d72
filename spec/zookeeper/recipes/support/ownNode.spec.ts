import { describe, expect, it } from '@jest/globals';
import { type Observable, of } from 'rxjs';
import {
  ConnectionLostError,
  LeaseError,
  type SessionState,
  type Stat,
  type WatchedNode,
} from '../../../../lib/index.js';
import { identified, ownNodeLost } from '../../../../lib/zookeeper/recipes/support/ownNode.js';
import { marbles } from '../../../helpers/marbles.js';

const cause = new ConnectionLostError();
const common = { path: '/n', zxid: 9n, stale: false } as const;
const node = (czxid: bigint, stale = false) =>
  ({ ...common, stale, kind: 'present', value: null, stat: { czxid } }) as WatchedNode;
const nodes: Record<string, WatchedNode> = {
  n: node(5n),
  s: node(5n, true),
  o: node(6n), // another one of the same name
  p: node(6n, true),
  g: { ...common, kind: 'absent' },
  h: { ...common, stale: true, cause, kind: 'absent' },
  d: { ...common, kind: 'denied' },
};
const connected = (epoch: number): SessionState => ({
  kind: 'connected',
  epoch,
  id: 7n,
  endpoint: { host: 'a', port: 1 },
  timeout: 1000,
  readOnly: false,
  version: 30800,
});
const states: Record<string, SessionState> = {
  c: connected(1),
  s: { kind: 'suspended', epoch: 1, id: 7n, deadline: 0, cause: undefined as never },
  l: { kind: 'lost', epoch: 1, id: 7n, reason: 'expired' },
  x: { kind: 'closed', epoch: 1 },
  n: connected(2),
  o: { kind: 'lost', epoch: 0, id: 6n, reason: 'expired' },
};
const watching = (node$: Observable<WatchedNode>, state$: Observable<SessionState> = of(connected(1))) =>
  ownNodeLost({ state: connected(1), state$, watch: () => node$ }, { path: '/n', czxid: 5n });
const lost = (why: string) => new LeaseError('LEASE_LOST', `/n: ${why}`, { path: '/n' });

describe('gone', () => {
  it(
    'is silent as long as the node stands, or nothing is known, or nothing for sure',
    marbles(({ cold, expectObservable }) => {
      expectObservable(watching(cold('-'))).toBe('-');
      expectObservable(watching(cold('n-s-n-d-h-p', nodes))).toBe('-');
    })
  );

  it(
    'errors when the node is gone, and when it is another one',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const state$ = cold('c', states);
      expectObservable(watching(cold('n--g', nodes), state$)).toBe('---#', {}, lost('the node was deleted'));
      expectObservable(watching(cold('n-s-o', nodes))).toBe('       ----#', {}, lost('the node was deleted'));
      expectSubscriptions(state$.subscriptions).toBe('               ^--!');
    })
  );

  it.each([
    ['is lost', 'c-s-l'],
    ['was lost, which went unseen', 'c-s-n'],
    ['is closed', 'c---x'],
  ])('errors when the session %s', (_, story) =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const node$ = cold('n-', nodes);
      expectObservable(watching(node$, cold(story, states))).toBe('----#', {}, lost('the session is over'));
      expectSubscriptions(node$.subscriptions).toBe('              ^---!');
    })()
  );

  it(
    'takes no notice of a session before its own',
    marbles(({ cold, expectObservable }) => {
      expectObservable(watching(cold('n-', nodes), cold('o-c', states))).toBe('-');
    })
  );

  it(
    'leaves both when it is left',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const [node$, state$] = [cold('n', nodes), cold('c', states)];
      expectObservable(watching(node$, state$), '--!').toBe('---');
      expectSubscriptions(node$.subscriptions).toBe('     ^-!');
      expectSubscriptions(state$.subscriptions).toBe('    ^-!');
    })
  );

  it(
    'errors at once, and asks nothing, for a node that is not ours any more',
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const node$ = cold<WatchedNode>('n', nodes);
      const zk = { state: connected(1), state$: of(connected(1)), watch: () => node$ };
      const why = lost('the node was deleted, or its session is over');
      expectObservable(ownNodeLost(zk, { path: '/n', czxid: 0n })).toBe('#', {}, why);
      expectSubscriptions(node$.subscriptions).toBe([]);
    })
  );
});

describe('identified', () => {
  const stat = (ephemeralOwner: bigint) => ({ czxid: 5n, ephemeralOwner }) as Stat;
  const read = (found: Stat | null) => ({ state: connected(1), exists: () => of(found) });

  it.each([
    ['the transaction of the reply', read(null), stat(7n), 5n],
    ['the transaction of a node of this session', read(stat(7n)), undefined, 5n],
    ['0 for a node that has gone', read(null), undefined, 0n],
    ['0 for a node of another session', read(stat(6n)), undefined, 0n],
  ])('gives %s', (_, zk, told, czxid) => {
    const seen: unknown[] = [];
    identified(zk, { path: '/n', ...(told && { stat: told }) }).subscribe((node) => seen.push(node));
    expect(seen).toEqual([{ path: '/n', czxid }]);
  });
});
