import { beforeEach, describe, expect, it } from '@jest/globals';
import { NEVER, type Observable, type Subscription, concatMap, defer, repeat, retry } from 'rxjs';
import {
  type Arakoon,
  connect,
  lock,
  nursery,
  open,
  poll,
  pollPrefix,
  update,
  whileHeld,
} from '../../../lib/arakoon/index.js';
import { live } from '../../../lib/store/index.js';
import { arakoonInMemory, startArakoon } from '../../../lib/testing/index.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

/**
 * Every recipe that goes on until it is left, looking once a minute; and how it ends when it has emitted, and when it
 * has not.
 */
const RECIPES: ReadonlyArray<readonly [string, (arakoon: Arakoon) => Observable<unknown>, string, string]> = [
  ['a lock', (arakoon) => lock(arakoon, 'l', { every: 60_000 }), '|', '! CLOSED'],
  ['work under a lock', (arakoon) => lock(arakoon, 'l', { every: 60_000 }).pipe(whileHeld(() => NEVER)), '|', '|'],
  [
    'work that begins again',
    (arakoon) => lock(arakoon, 'l', { every: 60_000 }).pipe(whileHeld(() => NEVER, { again: true })),
    '|',
    '|',
  ],
  ['a key that is polled', (arakoon) => poll(arakoon, 'k', { every: 60_000 }), '|', '! CLOSED'],
  ['a prefix that is polled', (arakoon) => pollPrefix(arakoon, 'k', { every: 60_000 }), '|', '! CLOSED'],
  ['a nursery', (arakoon) => nursery(arakoon, () => { throw new Error('not needed'); }), '|', '|'], // prettier-ignore
  [
    'a live value',
    (arakoon) => live(poll(arakoon, 'k', { every: 60_000 }), undefined, { scheduler: arakoon.scheduler }),
    '|',
    '|',
  ],
];

let time: VirtualTime;
let log: string[];
let arakoon: Arakoon;
let connection: Subscription;
beforeEach(() => {
  time = new VirtualTime();
  log = [];
  const server = arakoonInMemory({ scheduler: time });
  connection = connect(server.cluster, {
    transport: server.transport({ latency: 1 }),
    scheduler: time,
    random: () => 0.5,
  }).subscribe((it) => (arakoon = it));
});

const watch = (it$: Observable<unknown>) =>
  it$.subscribe({ error: ({ code }: { code: string }) => log.push(`! ${code}`), complete: () => log.push('|') });

describe.each(RECIPES)('%s', (_, make, ends, unheard) => {
  it.each([
    ['closing the client', () => void arakoon.close()],
    ['unsubscribing from connect', () => connection.unsubscribe()],
  ])('ends at once by %s, and leaves no timer', (__, end) => {
    time.advance(1000);
    watch(make(arakoon));
    time.advance(1000);
    end();
    time.advance(5);
    expect([log, time.actions.length]).toEqual([[ends], 0]);
  });

  it('says how it ended where nothing was seen', () => {
    watch(make(arakoon));
    void arakoon.close();
    time.advance(5);
    watch(make(arakoon));
    time.advance(5);
    expect(log).toEqual([unheard, unheard]);
  });

  it('comes to an end when it is asked for again and again of a closed client', () => {
    void arakoon.close();
    time.advance(5);
    watch(make(arakoon).pipe(retry()));
    time.advance(5);
    const isValue = 'value' in make(arakoon); // which is there for whoever looks, and over: as `of` is
    if (!isValue) watch(make(arakoon).pipe(repeat()));
    time.advance(5);
    expect(log).toEqual(isValue ? ['|'] : ['|', '! CLOSED']);
  });
});

it('ends work that begins again after the pause in which its client was closed', () => {
  watch(lock(arakoon, 'l').pipe(whileHeld(() => [], { again: true })));
  time.advance(50);
  void arakoon.close();
  time.advance(100);
  expect([log, time.actions.length]).toEqual([['|'], 0]);
});

it('lets other things happen where requests of a closed client, or with an aborted signal, repeat', async () => {
  const server = await startArakoon();
  const [closed, aborted] = [await open(server.cluster), await open(server.cluster)];
  await closed.close();
  const signal = AbortSignal.abort();
  const tries: readonly Observable<unknown>[] = [
    closed.get('k'),
    closed.set('k', new Uint8Array(1)),
    update(closed, 'k', (it) => it),
    defer(() => poll(closed, 'k', { every: 10 })),
    aborted.get('k', { signal }),
    aborted.with({ signal }).get('k'),
  ];
  const endless = tries.map((try$) =>
    try$
      .pipe(
        concatMap(() => []),
        retry()
      )
      .subscribe()
  );
  await new Promise((done) => setTimeout(done, 50)); // nothing but the event loop is waited for
  for (const each of endless) each.unsubscribe();
  await aborted.close();
  await server.stop();
});
