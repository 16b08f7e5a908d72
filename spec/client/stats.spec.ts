import { describe, expect, it } from '@jest/globals';
import type { Observable } from 'rxjs';
import type { ClientStats } from '../../lib/client/clientStats.js';
import { type CommonOptions, OPERATIONS, clientGrounds } from '../helpers/clientGrounds.js';
import { VirtualTime } from '../helpers/virtualTime.js';

/** Outcomes of requests, with how many there were of each. */
const outcomes = (stats: ClientStats) => {
  const counts = new Map<string, number>();
  for (const { outcome, latency } of stats.requests) counts.set(outcome, (counts.get(outcome) ?? 0) + latency.count);
  return Object.fromEntries(counts);
};
const codesOf = (request$: Observable<unknown>, into: string[]) =>
  request$.subscribe({ error: ({ code }: { code: string }) => into.push(code) });

describe.each(Object.entries(clientGrounds))('the figures of a client of %s', (store, begin) => {
  const connected = (options?: CommonOptions) => {
    const time = new VirtualTime();
    const ground = begin(time, options);
    ground.good$.subscribe(); // Arakoon's client connects when there is something to ask
    time.advance(100);
    return { time, before: ground.client.stats(), ...ground };
  };
  /** How much more of each outcome there is than before. */
  const since = (before: ClientStats, now: ClientStats) =>
    Object.fromEntries(
      Object.entries(outcomes(now))
        .map(([outcome, count]) => [outcome, count - (outcomes(before)[outcome] ?? 0)])
        .filter(([, count]) => count !== 0)
    ) as Record<string, number>;

  it('have each request under its outcome, once', () => {
    const { time, client, before, good$, refused$, garbled$ } = connected();
    const codes: string[] = [];
    for (let i = 0; i < 3; i++) good$.subscribe();
    codesOf(refused$, codes);
    codesOf(garbled$, codes);
    good$.subscribe().unsubscribe();
    const left = refused$.subscribe({ error: () => undefined });
    time.advance(1);
    left.unsubscribe();
    time.advance(100);
    const found = since(before, client.stats());
    expect(codes).toHaveLength(2);
    expect(found).toEqual({ ok: 3, unsubscribed: 2, [codes[0]!]: 1, [codes[1]!]: 1 });
    expect(client.stats()).toMatchObject({ store, underWay: 0, queued: 0 });
  });

  it('tell how long requests took, from the subscription to the answer', () => {
    const { time, client, before, good$ } = connected();
    good$.subscribe();
    time.advance(100);
    const latencyIn = ({ requests }: ClientStats) =>
      requests.find((it) => it.operation === OPERATIONS[store] && it.outcome === 'ok')!.latency;
    const took = latencyIn(client.stats()).since(latencyIn(before));
    expect([took.count, took.percentile(1), took.sum]).toEqual([1, 2.048, 2]);
  });

  it('tell what is under way, and the bytes', () => {
    const { time, client, before, good$ } = connected();
    good$.subscribe();
    time.advance(1);
    expect(client.stats().underWay).toBe(1);
    time.advance(100);
    const after = client.stats();
    expect(before.connections).toBeGreaterThan(0);
    // the embedded etcd in memory carries calls, and no bytes
    if (store !== 'etcd') expect(after.bytesIn).toBeGreaterThan(before.bytesIn);
    if (!store.startsWith('etcd')) expect(after.bytesOut).toBeGreaterThan(before.bytesOut);
  });

  it('are emitted at once, again and again, and once more at the end', async () => {
    const { time, client } = connected({ statsInterval: 250 });
    const seen: number[] = [];
    let completed = false;
    const timers = time.actions.length;
    client.stats$.subscribe({ next: () => seen.push(time.now()), complete: () => (completed = true) });
    time.advance(600);
    const closed = client.close();
    time.advance(5000);
    await closed;
    expect([seen, completed]).toEqual([[100, 350, 600, 700], true]);
    const { client: other, time: otherTime } = connected();
    other.stats$.subscribe().unsubscribe();
    expect(otherTime.actions.filter(({ closed: over }) => !over).length).toBeLessThanOrEqual(timers);
  });

  it('count requests that wait for a connection, of which only so many may', () => {
    const time = new VirtualTime();
    const { client, good$ } = begin(time, { maxQueued: 3 }, true);
    const codes: string[] = [];
    const errors: unknown[] = [];
    time.advance(10);
    const free = 3 - client.stats().queued;
    const waiting = Array.from({ length: free }, () => codesOf(good$, codes));
    good$.subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toEqual([]); // not while it is subscribed to: a loop of requests lets other things happen
    time.advance(10);
    expect([client.stats().queued, codes]).toEqual([3, []]);
    expect(errors).toEqual([
      expect.objectContaining({
        ...{ code: 'QUEUE_FULL', effect: 'none', layer: 'transport' },
        message: expect.stringMatching(/3 requests wait.*options\.maxQueued.*try again later/) as unknown,
      }),
    ]);
    waiting[0]!.unsubscribe();
    codesOf(good$, codes); // has the place of the one that has left
    time.advance(10);
    expect([client.stats().queued, codes]).toEqual([3, []]);
  });

  it('have no limit for requests that wait for their turn on a connection', () => {
    const { time, client, before, good$ } = connected({ maxQueued: 2 });
    for (let i = 0; i < 50; i++) good$.subscribe();
    time.advance(100);
    expect(since(before, client.stats())).toEqual({ ok: 50 });
  });

  it('refuse a limit that is none', () => {
    const begun = () => begin(new VirtualTime(), { maxQueued: 0 });
    expect(begun).toThrow(expect.objectContaining({ argument: 'options.maxQueued' }));
  });
});
