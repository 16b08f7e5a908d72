import { beforeEach, describe, expect, it } from '@jest/globals';
import { compact, txn, watchStream } from '../../../../lib/etcd/v3/protocol/methods.js';
import type { WatchResponse } from '../../../../lib/etcd/v3/protocol/watch.js';
import type { Draft } from '../../../../lib/etcd/v3/protocol/message.js';
import { type HeardCall, bytes } from '../../../helpers/etcdCalls.js';
import { type VirtualClient, VirtualEtcd } from '../virtualEtcd.js';

type Request = ReturnType<typeof watchStream.request.read>;
type Stream = HeardCall<Request, WatchResponse>;

/** An answer in short: its flags, its id, the revision of its header, its events. */
function show(answer: WatchResponse): string {
  const { watchId, created, canceled, compactRevision, fragment, events, header, cancelReason } = answer;
  const flags = `${created ? 'created ' : ''}${canceled ? 'canceled ' : ''}${fragment ? 'fragment ' : ''}`;
  const why = `${compactRevision > 0 ? ` compacted ${compactRevision}` : ''}${cancelReason && ` ${cancelReason}`}`;
  const changes = events.map(({ type, kv, prevKv }) => {
    const before = prevKv === undefined ? '' : `<${String(prevKv.value)}`;
    return ` ${type} ${String(kv!.key)}=${String(kv!.value)}@${kv!.modRevision}${before}`;
  });
  return `${flags}${watchId}@${header!.revision}${changes.join('')}${why}`;
}

describe('a watch of the embedded etcd', () => {
  let etcd: VirtualEtcd;
  let client: VirtualClient;
  let stream: Stream;
  beforeEach(() => {
    etcd = new VirtualEtcd({ progressInterval: 60_000 });
    client = etcd.dial();
    stream = client.open(watchStream);
  });
  const create = (createRequest: Draft<Request>['createRequest']) => {
    stream.send({ createRequest });
    etcd.time.advance(0);
  };
  const heard = () => stream.messages.map(show);
  const range = { key: bytes('a'), rangeEnd: bytes('c') };

  it('answers all that was asked while its member stood still', () => {
    etcd.time.advance(0);
    etcd.server.pause();
    for (const watchId of [1, 2, 3]) stream.send({ createRequest: { key: bytes('a'), watchId } });
    etcd.time.advance(0);
    expect(stream.messages).toEqual([]);
    etcd.server.resume();
    etcd.time.advance(0);
    expect(stream.messages.map(show)).toEqual(['created 1@1', 'created 2@1', 'created 3@1']);
  });

  it('tells of every change, with all of a transaction at once', () => {
    create(range);
    create({ key: bytes('b') });
    client.put('a', '1');
    client.put('c', '1');
    client.ask(txn, {
      success: [
        { requestPut: { key: bytes('b'), value: bytes('2') } },
        { requestDeleteRange: { key: bytes('a') } },
        { requestPut: { key: bytes('z') } },
      ],
    });
    expect(heard()).toEqual([
      'created 0@1',
      'created 1@1',
      '0@2 put a=1@2',
      '1@4 put b=2@4',
      '0@4 put b=2@4 delete a=@4',
    ]);
  });

  it('tells of the past first, in batches of a thousand revisions', () => {
    for (let i = 0; i < 2_500; i++) client.put('a', String(i));
    create({ ...range, startRevision: 2 });
    const counts = () => stream.messages.map(({ events }) => events.length);
    expect(counts()).toEqual([0]);
    etcd.time.advance(100);
    expect(counts()).toEqual([0, 1000]);
    client.put('a', 'new');
    etcd.time.advance(100);
    expect(counts()).toEqual([0, 1000, 1000]);
    etcd.time.advance(100);
    expect(counts()).toEqual([0, 1000, 1000, 501]);
    expect(stream.messages.map(({ header }) => header!.revision)).toEqual([2501, 2501, 2502, 2502]);
    client.put('a', 'newest');
    expect(counts()).toEqual([0, 1000, 1000, 501, 1]);
  });

  it('waits for a revision of the future', () => {
    create({ ...range, startRevision: 4 });
    for (const value of ['1', '2', '3']) client.put('a', value);
    expect(heard()).toEqual(['created 0@1', '0@4 put a=3@4']);
  });

  it('ends when its events are compacted away', () => {
    for (const value of ['1', '2', '3', '4']) client.put('a', value);
    client.ask(compact, { revision: 4 });
    create({ ...range, startRevision: 3 });
    create({ ...range, startRevision: 4 });
    etcd.time.advance(100);
    expect(heard().slice(2)).toEqual(['canceled 0@0 compacted 4', '1@5 put a=3@4 put a=4@5']);
    client.put('a', '5');
    expect(heard()).toHaveLength(5);
  });

  it('leaves out the kinds of events that it does not want', () => {
    create({ ...range, filters: ['no-put'] });
    create({ ...range, filters: ['no-delete'] });
    client.put('a', '1');
    client.ask(txn, { success: [{ requestDeleteRange: { key: bytes('a') } }] });
    expect(heard().slice(2)).toEqual(['1@2 put a=1@2', '0@3 delete a=@3']);
  });

  it('has the value before, as long as that is known', () => {
    create({ ...range, prevKv: true });
    for (const value of ['1', '2', '3']) client.put('a', value);
    expect(heard().slice(1)).toEqual(['0@2 put a=1@2', '0@3 put a=2@3<1', '0@4 put a=3@4<2']);
    etcd.server.compact(3);
    create({ ...range, prevKv: true, startRevision: 3 });
    etcd.time.advance(100);
    expect(heard().at(-1)).toBe('1@4 put a=2@3 put a=3@4<2');
  });

  it('is cut into fragments, if it wants that', () => {
    const big = 'x'.repeat(600_000);
    for (const key of ['a', 'b', 'ba', 'bb']) client.put(key, big);
    create({ ...range, startRevision: 2, fragment: true });
    create({ ...range, startRevision: 2 });
    etcd.time.advance(100);
    const pieces = stream.messages.slice(2).map(({ watchId, fragment, events }) => [watchId, fragment, events.length]);
    expect(pieces).toEqual([
      [0, true, 2],
      [0, false, 2],
      [1, false, 4],
    ]);
  });

  it('has the id that is asked for, if that is free', () => {
    create({ ...range, watchId: 1 });
    create(range);
    create(range);
    create({ ...range, watchId: 1 });
    expect(heard().slice(1)).toEqual([
      'created 0@1',
      'created 2@1',
      'created canceled -1@1 mvcc: duplicate watch ID provided on the WatchStream',
    ]);
  });

  it('is refused without keys', () => {
    create({ key: bytes('b'), rangeEnd: bytes('b') });
    expect(heard()).toEqual(['created canceled -1@1 mvcc: watcher range is empty']);
    create({});
    create({ key: bytes('\0'), rangeEnd: bytes('\0') });
    client.put('z', '1');
    expect(heard().slice(1)).toEqual(['created 0@1', 'created 1@1', '1@2 put z=1@2']);
  });

  it('ends when the client wants it, or leaves', () => {
    create(range);
    create(range);
    stream.send({ cancelRequest: { watchId: 0 } });
    stream.send({ cancelRequest: { watchId: 7 } });
    etcd.time.advance(0);
    client.put('a', '1');
    expect(heard().slice(2)).toEqual(['canceled 0@1', '1@2 put a=1@2']);
    create({ ...range, progressNotify: true });
    stream.cancel();
    etcd.time.advance(0);
    expect(etcd.time.actions).toEqual([]); // nothing is left that would tell of progress
    client.put('a', '2');
    expect(heard()).toHaveLength(5);
  });

  it('goes on when the client has nothing more to ask', () => {
    create(range);
    stream.finish();
    etcd.time.advance(0);
    client.put('a', '1');
    expect(heard()).toEqual(['created 0@1', '0@2 put a=1@2']);
  });

  it('tells of progress when it is asked, and now and then if it is quiet', () => {
    create({ ...range, progressNotify: true });
    create(range);
    client.put('z', '1');
    stream.send({ progressRequest: {} });
    etcd.time.advance(0);
    expect(heard().slice(2)).toEqual(['-1@2']);
    etcd.time.advance(60_000);
    expect(heard().slice(3)).toEqual(['0@2']);
    client.put('a', '1');
    etcd.time.advance(60_000);
    expect(heard().slice(4)).toEqual(['1@3 put a=1@3', '0@3 put a=1@3'].reverse());
    etcd.time.advance(60_000);
    expect(heard().slice(6)).toEqual(['0@3']);
  });
});
