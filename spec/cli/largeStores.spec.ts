import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bufferCount, firstValueFrom, from, mergeMap, toArray } from 'rxjs';
import { open as openArakoon, steps } from '../../lib/arakoon/index.js';
import { open as openEtcd } from '../../lib/etcd/index.js';
import { startArakoon, startEtcd } from '../../lib/testing/index.js';
import { ran } from '../helpers/testTerminal.js';

/** Below each child of the root. */
const EACH = 3000;
const VALUE = Buffer.from('v');
const CHILDREN = ['apps', 'jobs', 'jobs-2'];
const keys = CHILDREN.flatMap((child) => Array.from({ length: EACH }, (_, i) => `${child}/n${i}`));

interface Large {
  readonly url: string;
  /** The requests until now that read keys. */
  reads(): number;
  stop(): Promise<void>;
}

const grounds: Readonly<Record<string, () => Promise<Large>>> = {
  async etcd() {
    let reads = 0;
    const server = await startEtcd({ faults: ({ operation }) => void (operation === 'range' && reads++) });
    const url = `etcd://${server.endpoints.join()}`;
    await using etcd = await openEtcd(url);
    const put = (some: readonly string[]) =>
      etcd
        .transaction()
        .do((t) => some.reduce((all, key) => all.put(key, VALUE), t))
        .commit();
    await firstValueFrom(from(keys).pipe(bufferCount(128), mergeMap(put, 16), toArray()));
    return { url, reads: () => reads, stop: () => server.stop() };
  },
  async Arakoon() {
    let reads = 0;
    const server = await startArakoon({ faults: ({ operation }) => void (/range|prefix/i.test(operation) && reads++) });
    const [[name, address] = []] = Object.entries(server.cluster.nodes);
    const url = `arakoon://${server.cluster.id}/?${name}=${String([address].flat()[0])}`;
    await using arakoon = await openArakoon(url);
    const put = (some: readonly string[]) => arakoon.sequence(some.map((key) => steps.set(key, VALUE)));
    await firstValueFrom(from(keys).pipe(bufferCount(1000), mergeMap(put, 4), toArray()));
    return { url, reads: () => reads, stop: () => server.stop() };
  },
};

describe.each(Object.keys(grounds))('qrx, on a large store of %s', (name) => {
  let ground: Large;
  beforeAll(async () => {
    ground = await grounds[name]!();
  });
  afterAll(() => ground?.stop());

  /** The output of a command, and how many requests it read with. */
  async function counted(...args: readonly string[]) {
    const before = ground.reads();
    const { code, lines } = await ran(ground.url, ...args);
    return { code, lines, reads: ground.reads() - before };
  }

  it('lists a few names with a few requests', async () => {
    const listed = await counted('ls');
    expect([listed.code, listed.lines]).toEqual([0, CHILDREN]);
    expect([listed.reads > 0, listed.reads <= 4]).toEqual([true, true]);
    const { lines, reads } = await counted('tree', '--depth', '1');
    expect(lines).toEqual(['/', ...CHILDREN.map((child) => `  ${child}`)]);
    expect(reads).toBeLessThanOrEqual(6);
  });

  it('completes paths with a few requests', async () => {
    const typed = await counted('__complete', 'qrx ls /jo');
    expect(typed.lines).toEqual(['/jobs', '/jobs-2']);
    expect(typed.reads).toBeLessThanOrEqual(3);
    const whole = await counted('__complete', 'qrx ls /ap');
    expect(whole.lines).toEqual(['/apps/']);
    expect(whole.reads).toBeLessThanOrEqual(3);
    const many = await counted('__complete', 'qrx get /apps/n');
    expect(many.lines.length).toBe(200);
    expect(many.reads).toBeLessThanOrEqual(2);
  });

  it('goes through all keys in pages of a thousand and more', async () => {
    const tree = await counted('tree');
    expect([tree.lines.length, tree.lines.slice(0, 3)]).toEqual([3 * EACH + 4, ['/', '  apps', '    n0']]);
    expect([tree.reads > 3, tree.reads <= 9]).toEqual([true, true]);
    for (const verb of ['du', 'find', 'export'] as const) {
      const { code, reads } = await counted(verb, '/');
      expect([verb, code, reads > 5, reads <= 14]).toEqual([verb, 0, true, true]);
    }
    const same = await counted('diff', '/jobs', '/jobs-2');
    expect([same.code, same.lines]).toEqual([0, []]);
    expect(same.reads).toBeLessThanOrEqual(20);
  });
});
