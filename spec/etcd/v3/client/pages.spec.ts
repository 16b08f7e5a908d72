import { afterEach, describe, expect, it } from '@jest/globals';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { utf8 } from '../../../../lib/core/codecs.js';
import type { Etcd } from '../../../../lib/etcd/v3/client/etcd.js';
import { open } from '../../../../lib/etcd/v3/open.js';
import { type EmbeddedEtcd, startEtcd } from '../../../../lib/testing/index.js';
import { etcdStage } from '../../../helpers/etcdStage.js';
import { withRealEtcd } from '../../../helpers/withRealEtcd.js';

const ENTRIES = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`k/${i}`, String(i)]));

describe('pages, of a real etcd', () => {
  let etcd: Etcd<string, string>;
  withRealEtcd({}, (client) => {
    etcd = client.with({ value: utf8, namespace: 'pages/' });
  });

  it('show the range as it was at one revision, whatever is written meanwhile', async () => {
    for (const [key, value] of Object.entries(ENTRIES)) await firstValueFrom(etcd.put(key, value));
    const { revision } = await firstValueFrom(etcd.put('other', ''));
    const seen: string[] = [];
    for await (const page of etcd.pages({ prefix: 'k/' }, { size: 4 })) {
      seen.push(page.entries.map(({ key, value }) => `${key}=${value}`).join() + (page.more ? '…' : ''));
      expect(page.revision).toBe(revision);
      await firstValueFrom(etcd.deleteRange({ from: 'k/8' }));
      await firstValueFrom(etcd.put('k/55', 'new'));
    }
    expect(seen).toEqual(['k/0=0,k/1=1,k/2=2,k/3=3…', 'k/4=4,k/5=5,k/6=6,k/7=7…', 'k/8=8,k/9=9']);
    const earlier = await firstValueFrom(etcd.pages({ from: 'k/7', to: 'k/9' }, { revision }));
    expect([earlier.entries.length, earlier.revision]).toEqual([2, revision]);
  });

  it('are one that is empty, for a range without keys', async () => {
    const all = await lastValueFrom(etcd.pages({ prefix: 'nothing' }).pipe(toArray()));
    expect(all).toEqual([{ entries: [], more: false, revision: expect.any(Number) }]);
  });

  it('end with COMPACTED when their revision is forgotten meanwhile', async () => {
    for (const [key, value] of Object.entries(ENTRIES)) await firstValueFrom(etcd.put(key, value));
    let pages = 0;
    const reading = (async () => {
      for await (const _ of etcd.pages({ prefix: 'k/' }, { size: 4 })) {
        pages++;
        const { revision } = await firstValueFrom(etcd.put('k/0', 'changed'));
        await firstValueFrom(etcd.compact(revision));
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'COMPACTED', effect: 'none', operation: 'pages' });
    expect(pages).toBe(1);
  });
});

describe('pages', () => {
  const range = { prefix: 'k/' };

  it('go on after a cut line, without a gap or a repetition', () => {
    const { time, client, fail } = etcdStage({ entries: ENTRIES });
    const { etcd } = client();
    let asked = 0;
    fail(() => (++asked % 2 === 0 ? (asked % 4 === 0 ? 'cut' : 'cutAfter') : undefined));
    const seen: string[] = [];
    etcd.pages(range, { size: 1 }).subscribe(({ entries }) => seen.push(...entries.map(({ key }) => key)));
    time.advance(60_000);
    expect(seen).toEqual(Object.keys(ENTRIES));
    expect(asked).toBeGreaterThan(15);
  });

  it('are read no more when the subscriber leaves inside next', () => {
    const { time, client, calls } = etcdStage({ entries: ENTRIES });
    const { etcd } = client();
    const subscription = etcd.pages(range, { size: 2 }).subscribe(({ entries }) => {
      if (entries[0]!.key === 'k/2') subscription.unsubscribe();
    });
    time.advance(1000);
    expect(calls).toEqual(['range', 'range']);
  });

  it('begin again for each subscription, and end when a signal aborts', () => {
    const { time, client } = etcdStage({ entries: ENTRIES });
    const { etcd } = client();
    const abort = new AbortController();
    const heard: string[] = [];
    const pages$ = etcd.pages(range, { size: 6, signal: abort.signal });
    for (const name of ['a', 'b'])
      pages$.subscribe({
        next: ({ entries }) => heard.push(`${name}${entries.length}`),
        error: ({ code }: { code: string }) => heard.push(`${name} ${code}`),
      });
    time.advance(3);
    abort.abort();
    time.advance(100);
    expect(heard.sort()).toEqual(['a ABORTED', 'a6', 'b ABORTED', 'b6']);
  });

  it('name a bad argument', async () => {
    const { client } = etcdStage();
    const { etcd } = client();
    const errorOf = (pages$: ReturnType<Etcd['pages']>) => firstValueFrom(pages$);
    await expect(errorOf(etcd.pages(range, { size: 0 }))).rejects.toMatchObject({ argument: 'options.size' });
    await expect(errorOf(etcd.pages({} as never))).rejects.toMatchObject({ argument: 'range' });
    await expect(errorOf(etcd.pages(range, { limit: 3 } as never))).rejects.toMatchObject({
      argument: 'options.limit',
    });
  });
});

describe('pages in a loop', () => {
  let server: EmbeddedEtcd | undefined;
  afterEach(() => server?.stop());

  it('are read only when the loop wants the next one', async () => {
    let reads = 0;
    server = await startEtcd({ entries: ENTRIES, faults: ({ operation }) => void (operation === 'range' && reads++) });
    await using etcd = await open(server.endpoints.join());
    let pages = 0;
    for await (const { entries } of etcd.pages({ prefix: 'k/' }, { size: 3 })) {
      pages++;
      await firstValueFrom(etcd.put('other', entries[0]!.value)); // time enough for another read
      expect(reads).toBe(pages);
      if (pages === 3) break;
    }
    await firstValueFrom(etcd.put('other', new Uint8Array(1)));
    expect(reads).toBe(3);
  });
});
