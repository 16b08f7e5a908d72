import { beforeEach, describe, expect, it } from '@jest/globals';
import { StateFeed } from '../../lib/client/stateFeed.js';

let feed: StateFeed<{ readonly kind: string }>;
let seen: string[];
const listen = () => feed.state$.subscribe({ next: ({ kind }) => seen.push(kind), complete: () => seen.push('|') });

beforeEach(() => {
  feed = new StateFeed({ kind: 'connecting' });
  seen = [];
});

describe('the state of a client', () => {
  it('is emitted at once, and after every change', () => {
    feed.become({ kind: 'connected' });
    listen();
    feed.become({ kind: 'suspended' });
    expect([seen, feed.state]).toEqual([['connected', 'suspended'], { kind: 'suspended' }]);
  });

  it('is a value that has changed already when the stream emits', () => {
    feed.state$.subscribe(() => seen.push(feed.state.kind));
    feed.become({ kind: 'connected' });
    expect(seen).toEqual(['connecting', 'connected']);
  });

  it('stays as it is after the last one, which late subscribers get too', () => {
    listen();
    feed.end({ kind: 'closed' });
    feed.become({ kind: 'connected' });
    feed.end({ kind: 'lost' });
    listen();
    expect([seen, feed.state.kind, feed.ended]).toEqual([['connecting', 'closed', '|', 'closed', '|'], 'closed', true]);
  });

  it('is the last one while others are told of the end, before the stream emits it', () => {
    listen();
    feed.end({ kind: 'closed' }, () => {
      seen.push(`told: ${feed.state.kind}`);
      feed.become({ kind: 'connected' });
    });
    expect(seen).toEqual(['connecting', 'told: closed', 'closed', '|']);
  });
});
