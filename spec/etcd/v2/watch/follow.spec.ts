import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Observable, Subscription, firstValueFrom, lastValueFrom, take, toArray } from 'rxjs';
import type { Watched } from '../../../../lib/core/watched.js';
import type { EtcdV2 } from '../../../../lib/etcd/v2/client/etcdV2.js';
import type { EtcdV2Node } from '../../../../lib/etcd/v2/protocol/answer.js';
import type { EtcdV2Event } from '../../../../lib/etcd/v2/types.js';
import { type FaultProxy, startFaultProxy } from '../../../helpers/faultProxy.js';
import { V2_SERVERS, type V2Server } from '../../../helpers/v2Servers.js';
import { waitFor } from '../../../helpers/waitFor.js';

const now = <T>(value$: Observable<T>): Promise<T> => firstValueFrom(value$);
const QUICK = { backoff: { min: 5, max: 50 }, healthInterval: 200, answerTimeout: 2000 };
const last = <T>(list: readonly T[]): T | undefined => list[list.length - 1];
/** As `/key=value`, a directory as `/key/`. */
const flat = (node: EtcdV2Node | undefined): string[] =>
  node === undefined
    ? []
    : [node.dir ? `${node.key}/` : `${node.key}=${node.value}`, ...(node.nodes ?? []).flatMap(flat)];

describe.each(V2_SERVERS)('at %s,', (_, isOverV3, start) => {
  let server: V2Server;
  let writer: EtcdV2;
  let proxy: FaultProxy;
  let etcd: EtcdV2 & AsyncDisposable;
  let subscriptions: Subscription;
  beforeAll(async () => {
    server = await start();
    writer = await server.open();
  });
  afterAll(async () => {
    await writer?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    const [host = '', port = ''] = server.endpoint.split(':');
    proxy = await startFaultProxy({ host, port: Number(port) });
    etcd = await server.open(QUICK, proxy.connectString);
    subscriptions = new Subscription();
  });
  afterEach(async () => {
    subscriptions.unsubscribe();
    await etcd.close();
    await proxy.stop();
  });

  /** Everything that a stream emits. */
  function seen<T>(value$: Observable<T>): T[] {
    const all: T[] = [];
    subscriptions.add(value$.subscribe((value) => all.push(value)));
    return all;
  }

  /** Waits until the events of a directory are told, and forgets those that have shown it. */
  async function listening(all: EtcdV2Event[], directory: string): Promise<void> {
    if (!isOverV3) {
      await waitFor(async () => (await now(etcd.statistics.store()))['watchers']! > 0, { what: 'a wait' });
      return;
    }
    let count = 0;
    const warm = async () => {
      await now(writer.set(`${directory}/warm`, `${++count}`));
      return all.length > 0;
    };
    await waitFor(warm, { what: 'an event' });
    await waitFor(() => last(all)?.node?.value === `${count}`, { what: 'the last of them' });
    all.splice(0);
  }

  describe('a watched key', () => {
    it('shows every value, and when there is none', async () => {
      const all = seen(etcd.watch('w/key'));
      await waitFor(() => all.length === 1, { what: 'the first value' });
      for (const value of ['a', 'b', 'c']) await now(writer.set('w/key', value));
      if (!isOverV3) await now(writer.refresh('w/key', 100)); // no news
      await now(writer.rmdir('w', { recursive: true }));
      await now(writer.mkdir('w/key'));
      await waitFor(() => last(all)?.kind === 'unreadable', { what: 'the directory' });
      expect(all.map(({ kind, value, stale }) => [kind, value, stale])).toEqual([
        ['absent', undefined, false],
        ['present', 'a', false],
        ['present', 'b', false],
        ['present', 'c', false],
        ['absent', undefined, false],
        ['unreadable', undefined, false],
      ]);
      expect(last(all)?.error).toMatchObject({ code: 'NOT_FILE', operation: 'watch', path: '/w/key' });
      expect(all[2]?.node).toMatchObject({ key: '/w/key', value: 'b' });
    });

    it('is stale while there is no connection, and shows what it missed', async () => {
      await now(writer.set('s', '1'));
      const all = seen(etcd.watch('s'));
      await waitFor(() => all.length === 1, { what: 'the first value' });
      proxy.refuse();
      proxy.cut();
      await waitFor(() => last(all)?.stale === true, { what: 'a stale value' });
      expect(last(all)).toMatchObject({ kind: 'present', value: '1', cause: { layer: 'transport' } });
      await now(writer.set('s', '2'));
      await proxy.heal();
      await waitFor(() => last(all)?.stale === false, { what: 'a fresh value' });
      expect(last(all)).toMatchObject({ value: '2', stale: false });
      expect(last(all)?.cause).toBeUndefined();
      const { length } = all;
      proxy.cut();
      await waitFor(() => all.length >= length + 2, { what: 'stale, then fresh' });
      expect(all.slice(length).map(({ value, stale }) => [value, stale])).toEqual([
        ['2', true],
        ['2', false],
      ]);
    });

    it('completes when the client is closed', async () => {
      const all = lastValueFrom(etcd.watch('closing').pipe(toArray()));
      const first = now(etcd.watch('closing'));
      await first;
      await new Promise((resolve) => setTimeout(resolve, 20));
      await etcd.close();
      // over version 3 the last value may be told again, as a stale one
      expect((await all).filter(({ stale }) => !stale).map(({ kind }) => kind)).toEqual(['absent']);
      await expect(now(etcd.watch('closing'))).rejects.toMatchObject({ code: 'CLOSED' });
    });
  });

  describe('a watched tree', () => {
    it('shows the directory after each change, and keeps what has not changed', async () => {
      await now(writer.set('t/a/x', '1'));
      await now(writer.set('t/b/y', '2'));
      const all: Array<Watched<EtcdV2Node>> = seen(etcd.watchTree('t'));
      await waitFor(() => all.length === 1, { what: 'the first tree' });
      expect(flat(all[0]!.value)).toEqual(['/t/', '/t/a/', '/t/a/x=1', '/t/b/', '/t/b/y=2']);
      await now(writer.set('t/b/y', '3'));
      await now(writer.delete('t/a', { recursive: true }));
      await now(writer.set('t/_hidden', 'x'));
      await now(writer.createInOrder('t/q', 'job'));
      await now(writer.rmdir('t', { recursive: true }));
      await waitFor(() => last(all)?.kind === 'absent', { what: 'the end of the tree' });
      expect(all.map(({ value }) => flat(value).length)).toEqual([5, 5, 3, 5, 0]);
      expect(all[1]!.value!.nodes![0]).toBe(all[0]!.value!.nodes![0]);
      expect(flat(all[2]!.value)).toEqual(['/t/', '/t/b/', '/t/b/y=3']);
    });
  });

  describe('the events of a key', () => {
    it('come one by one, each once', async () => {
      const all = seen(etcd.events('e', { recursive: true }));
      await listening(all, 'e');
      await now(writer.set('e/k', 'one'));
      await now(writer.update('e/k', 'two'));
      await now(writer.compareAndSwap('e/k', 'three', { prevValue: 'two' }));
      await now(writer.compareAndDelete('e/k', { prevValue: 'three' }));
      await now(writer.create('e/k', 'four', { ttl: 0 }));
      await waitFor(() => all.length === 6, { what: 'all events' });
      const values = all.map(({ node, prevNode, resync }) => [node?.value, prevNode?.value, resync]);
      expect(values).toEqual([
        ['one', undefined, false],
        ['two', 'one', false],
        ['three', 'two', false],
        [undefined, 'three', false],
        ['four', undefined, false],
        [undefined, 'four', false],
      ]);
      expect(all.map(({ action }) => action)).toEqual(
        isOverV3
          ? ['set', 'set', 'set', 'delete', 'set', 'delete']
          : ['set', 'update', 'compareAndSwap', 'compareAndDelete', 'create', 'expire']
      );
    });

    it('can be had from an index in the past, and one of them alone', async () => {
      const { etcdIndex } = await now(writer.set('past/a', '1'));
      await now(writer.set('past/b', '2'));
      await now(writer.set('past/c', '3'));
      const events = await lastValueFrom(
        etcd.events('past', { recursive: true, after: etcdIndex }).pipe(take(2), toArray())
      );
      expect(events.map(({ node }) => node?.value)).toEqual(['2', '3']);
      const waited = now(etcd.wait('past', { recursive: true, waitIndex: etcdIndex }));
      expect((await waited).node?.value).toBe('1');
    });

    if (!isOverV3)
      it.each([
        ['the connection breaks', (at: FaultProxy) => at.cut(), {}],
        ['the line goes dead', (at: FaultProxy) => at.dropConnections(), { waitTimeout: 150, answerTimeout: 1000 }],
      ] as const)(
        'are all seen, in order and once, where %s behind the head of every other answer',
        async (_, end, more) => {
          await using client = await server.open({ ...QUICK, ...more }, proxy.connectString);
          let heads = 0;
          proxy.rewrite = (bytes, direction) => {
            const head = bytes.indexOf('\r\n\r\n');
            if (direction === 'toServer' || head < 0 || !bytes.includes('chunked') || ++heads % 2 === 0) return bytes;
            setImmediate(() => end(proxy));
            return bytes.subarray(0, head + 4);
          };
          const all = seen(client.events('cut', { recursive: true }));
          await waitFor(() => heads > 0, { what: 'a wait' });
          const written: string[] = [];
          for (let i = 0; i < 40; i++) {
            await now(writer.set(`cut/${i % 7}`, `${i}`));
            written.push(`${i}`);
          }
          await waitFor(() => all.length >= written.length, { what: 'all events' });
          expect(all.map(({ node }) => node?.value)).toEqual(written);
          expect(all.some(({ resync }) => resync)).toBe(false);
          expect(heads).toBeGreaterThan(40);
        }
      );

    it('are all seen, in order and once, while connections are cut', async () => {
      const all = seen(etcd.events('cuts', { recursive: true }));
      await listening(all, 'cuts');
      const written: string[] = [];
      for (let i = 0; i < 60; i++) {
        if (i % 4 === 0) proxy.cut();
        await now(writer.set(`cuts/${i % 7}`, `${i}`));
        written.push(`${i}`);
      }
      await waitFor(() => all.length >= written.length, { what: 'all events' });
      expect(all.map(({ node }) => node?.value)).toEqual(written);
      expect(all.some(({ resync }) => resync)).toBe(false);
    });

    it('are followed by differences where etcd has forgotten some', async () => {
      for (const key of ['keep', 'change', 'drop/a', 'drop/b']) await now(writer.set(`r/${key}`, 'old'));
      const all: EtcdV2Event[] = seen(etcd.events('r', { recursive: true }));
      const trees: Array<Watched<EtcdV2Node>> = seen(etcd.watchTree('r'));
      await waitFor(() => trees.length === 1, { what: 'the tree' });
      await now(writer.set('r/before', '1'));
      await waitFor(() => all.length === 1 && trees.length === 2, { what: 'an event' });
      proxy.refuse();
      proxy.cut();
      await now(writer.set('r/change', 'new'));
      await now(writer.rmdir('r/drop', { recursive: true }));
      await now(writer.set('r/fresh/x', '2'));
      await server.forget();
      await proxy.heal();
      await waitFor(() => all.length === 5, { what: 'the differences' });
      expect(all.slice(1).map(({ action, node, resync }) => [action, node?.key, node?.value, resync])).toEqual([
        ['delete', '/r/drop', undefined, true],
        ['set', '/r/change', 'new', true],
        ['set', '/r/fresh', undefined, true],
        ['set', '/r/fresh/x', '2', true],
      ]);
      await waitFor(() => last(trees)?.stale === false, { what: 'a fresh tree' });
      expect(flat(last(trees)?.value)).toEqual([
        ...['/r/', '/r/before=1', '/r/change=new', '/r/fresh/', '/r/fresh/x=2', '/r/keep=old'],
      ]);
      await now(writer.set('r/keep', 'newer'));
      await waitFor(() => all.length === 6, { what: 'an event after the differences' });
      expect(last(all)).toMatchObject({ action: 'set', resync: false, node: { value: 'newer' } });
      await expect(now(etcd.wait('r', { recursive: true, waitIndex: 1 }))).rejects.toMatchObject({
        code: 'EVENT_INDEX_CLEARED',
        number: 401,
      });
    });
  });
});
