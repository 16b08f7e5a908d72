import { expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { type Observable, firstValueFrom } from 'rxjs';
import { decodeHead, encodeHead } from '../../../lib/hive/heads/head.js';
import { rawHive } from '../../../lib/hive/hive.js';
import { MemoryStore } from '../../../lib/hive/memoryStore.js';

const one = <T>(reply$: Observable<T>) => firstValueFrom(reply$);

it('takes no memory because a head says so: it compares the length of each slice', async () => {
  const store = new MemoryStore();
  const hive = rawHive((place) => store.cells(`${place}/`), { inlineBytes: 0, sliceBytes: 1000 });
  const content = Buffer.alloc(1000, 'content ');
  await one(hive.put('a', content));
  const index = store.cells('index/');
  const head = decodeHead((await one(index.get('h/a'))).value!);
  const huge = Number.MAX_SAFE_INTEGER;
  const sha256 = createHash('sha256').update(content).digest('hex');
  const sliced = { ...head.sliced!, sliceSize: huge, sha256 };
  await one(index.set('h/a', encodeHead({ ...head, size: huge, sliced })));
  await expect(one(hive.get('a'))).rejects.toMatchObject({ code: 'CORRUPT', path: 'a' });
});
