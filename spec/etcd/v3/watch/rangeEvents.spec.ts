import { describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { formatEndpoint } from '../../../../lib/core/endpoint.js';
import { open } from '../../../../lib/etcd/index.js';
import { startEtcd } from '../../../../lib/testing/index.js';
import { waitFor, waitForValue } from '../../../helpers/waitFor.js';

describe('the events of a range', () => {
  it('are followed by all keys when the cluster was restored from older data', async () => {
    await using one = await startEtcd({ entries: { k: 'old' } });
    await using two = await startEtcd({ entries: { k: 'older' } });
    const clusters = [one, two];
    await using etcd = await open(clusters.flatMap(({ endpoints }) => endpoints).join(), {
      backoff: { min: 5, max: 50 },
    });
    const put = async (text: string) => (await firstValueFrom(etcd.put('k', Buffer.from(text)))).revision;
    for (let i = 0; i < 20; i++) await put(`${i}`);
    const seen: string[] = [];
    etcd.events('k').subscribe((it) => seen.push(`${it.kind} ${it.revision}`));
    await waitFor(async () => (await put('again'), seen.length > 0));
    const before = await put('last');
    await waitFor(() => seen.at(-1) === `changes ${before}`);
    const state = etcd.state as { readonly endpoint: Parameters<typeof formatEndpoint>[0] };
    const first = clusters.find(({ endpoints }) => endpoints.includes(formatEndpoint(state.endpoint)))!;
    const moved = waitForValue(etcd.state$, (it) => it.kind === 'connected' && it !== state);
    await first.stop();
    await moved;
    await waitFor(() => seen.at(-1)?.startsWith('resync'));
    const after = await put('after');
    expect(after).toBeLessThan(before);
    await waitFor(() => seen.at(-1) === `changes ${after}`);
  });
});
