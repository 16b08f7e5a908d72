import { describe, expect, it } from '@jest/globals';
import * as admin from '../../../lib/arakoon/protocol/ops/admin.js';
import * as nursery from '../../../lib/arakoon/protocol/ops/nursery.js';
import * as reads from '../../../lib/arakoon/protocol/ops/reads.js';
import * as writes from '../../../lib/arakoon/protocol/ops/writes.js';
import { readReply } from '../../../lib/arakoon/protocol/reply.js';
import { statisticsOf } from '../../../lib/arakoon/protocol/statistics.js';
import type { Step } from '../../../lib/arakoon/protocol/step.js';
import {
  type ArakoonFault,
  type ArakoonFaultRequest,
  type ArakoonServerOptions,
  arakoonInMemory,
} from '../../../lib/testing/index.js';
import { decoderOf } from '../../arakoon/protocol/golden.js';
import { VirtualTime } from '../../helpers/virtualTime.js';
import { RawClient } from './rawClient.js';

const key = (text: string) => Buffer.from(text);
const GET = { consistency: 'consistent', key: key('k') } as const;
const DIRTY = { consistency: 'none', key: key('k') } as const;
const SET = { key: key('k'), value: key('v') };
const THREE = { nodes: ['a', 'b', 'c'], lease: 1000 };
const OK = { number: 0, value: undefined };
const VALUE = { number: 0, value: key('v') };

function world(options: ArakoonServerOptions = {}) {
  const time = new VirtualTime();
  const server = arakoonInMemory({ scheduler: time, ...options });
  const dial = (node = server.master ?? 'a') => new RawClient(server, time, node);
  return { time, server, dial, client: (node?: string) => dial(node).greet(server.cluster.id) };
}

describe('who is master', () => {
  it('is who it is said to be, at once; others say so and close', () => {
    const { server, client } = world(THREE);
    const [a, b] = [client('a'), client('b')];
    expect([server.master, a.call(writes.set, SET), b.call(reads.whoMaster, undefined)]).toEqual([
      'a',
      OK,
      { number: 0, value: 'a' },
    ]);
    server.electMaster('b');
    expect(b.call(reads.get, GET)).toEqual(VALUE);
    expect(b.call(reads.getCurrentState, undefined)).toEqual({ number: 0, value: 'Stable_master' });
    expect([a.call(reads.get, GET), a.closed]).toEqual([{ number: 4, message: 'b' }, true]);
  });

  it('is nobody for so long as it is said to be nobody', () => {
    const { server, time, client } = world(THREE);
    server.electMaster(undefined);
    time.advance(100_000);
    expect(server.master).toBeUndefined();
    expect(client('a').call(writes.set, SET)).toEqual({ number: 4, message: 'None' });
    expect(client('a').call(reads.get, DIRTY)).toEqual({ number: 5, message: 'Not_found' });
    server.electMaster('c');
    expect(client('c').call(writes.set, SET)).toEqual(OK);
  });

  it('changes when a master is stopped: the others name it until its lease ends, then none, then another', async () => {
    const { server, time, client } = world(THREE);
    const b = client('b');
    await server.refuse('a');
    const known = () => (b.call(reads.whoMaster, undefined) as { value: string | null }).value;
    expect(known()).toBe('a');
    time.advance(999);
    expect(known()).toBe('a');
    time.advance(1);
    expect(known()).toBeNull();
    time.advance(200);
    expect(known()).toBe('b');
    await server.accept('a');
    expect(client('a').call(reads.getCurrentState, undefined)).toEqual({ number: 0, value: 'Slave_steady_state' });
  });

  it('is the same when it freezes for less than its lease', () => {
    const { server, time, client } = world(THREE);
    const a = client('a');
    server.pause('a');
    a.ask(writes.set, SET);
    time.advance(900);
    expect(a.take()).toHaveLength(0);
    server.resume('a');
    time.advance(5000);
    expect([server.master, a.answer(writes.set)]).toEqual(['a', OK]);
  });

  it('is itself again, some time after it has slept, where there is no other', () => {
    const { server, time, client } = world({ lease: 1000 });
    server.pause();
    time.advance(1000);
    expect(server.master).toBeUndefined();
    time.advance(10_000);
    server.resume();
    expect(client('arakoon_0').call(reads.whoMaster, undefined)).toEqual({ number: 0, value: null });
    time.advance(200);
    expect([server.master, client().call(writes.set, SET)]).toEqual(['arakoon_0', OK]);
  });

  it('may be given up, which is answered half a lease later', () => {
    const { server, time, client } = world(THREE);
    const a = client('a').ask(admin.dropMaster, undefined);
    a.ask(reads.get, DIRTY);
    expect(server.master).toBe('b');
    time.advance(499);
    expect(a.take()).toHaveLength(0);
    time.advance(1);
    expect(a.answer(admin.dropMaster)).toEqual(OK);
    expect(a.answer(reads.get)).toEqual({ number: 5, message: 'Not_found' }); // requests keep their order
    expect(client('a').call(admin.dropMaster, undefined)).toEqual(OK);
    expect(world().client('arakoon_0').call(admin.dropMaster, undefined)).toEqual({
      number: 32,
      message: 'drop master not supported for singletons',
    });
  });

  it('takes a node that there is', () => {
    const { server } = world(THREE);
    expect(() => server.electMaster('d')).toThrow('must be one of a, b, c, not "d"');
    expect(() => server.pause('d')).toThrow('node');
  });
});

describe('without a majority', () => {
  it('writes wait, and reads go on until the lease is over', () => {
    const { server, time, client } = world(THREE);
    const [writer, reader] = [client('a'), client('a')];
    server.pause('b');
    server.pause('c');
    writer.ask(writes.set, SET);
    expect(reader.call(reads.get, GET)).toEqual({ number: 5, message: 'Not_found' });
    time.advance(999);
    expect(reader.call(reads.exists, GET)).toEqual({ number: 0, value: false });
    time.advance(1);
    expect(reader.call(reads.get, GET)).toEqual({ number: 4, message: 'None' });
    time.advance(60_000);
    expect(writer.take()).toHaveLength(0);
  });

  it('what waited is done when the majority is back in time', () => {
    const { server, time, client } = world(THREE);
    const writer = client('a');
    server.pause('b');
    server.pause('c');
    writer.ask(writes.set, SET);
    time.advance(500);
    server.resume('c');
    expect(writer.answer(writes.set)).toBeUndefined(); // it is on its way
    time.advance(0);
    expect(writer.answer(writes.set)).toEqual(OK);
    expect(server.entries('c').get('k')).toEqual(key('v'));
    expect(server.entries('b').has('k')).toBe(false); // it has not heard of it yet
    server.resume('b');
    expect(server.entries('b').has('k')).toBe(true);
  });

  it('the first that waited is done by another master, and told that it lost; those behind it were never known', () => {
    const { server, time, client } = world(THREE);
    const [first, second] = [client('a'), client('a')];
    server.pause('b');
    server.pause('c');
    first.ask(writes.set, { key: key('known'), value: key('v') });
    second.ask(writes.set, { key: key('unknown'), value: key('v') });
    server.pause('a');
    server.electMaster('b');
    server.resume('b');
    server.resume('c');
    time.advance(0);
    expect([first.take().length, second.take().length]).toEqual([0, 0]); // frozen nodes say nothing
    server.resume('a');
    time.advance(0);
    expect(first.answer(writes.set)).toMatchObject({ number: 33 });
    expect([second.answer(writes.set), second.closed]).toEqual([{ number: 4, message: 'Not_Master' }, true]);
    expect([...server.entries().keys()]).toEqual(['known']);
  });
});

describe('nodes that are behind', () => {
  it('answer with what they have seen, or that they have not seen enough', () => {
    const { server, client } = world({ ...THREE, lag: 1 });
    client('a').call(writes.set, SET);
    client('a').call(writes.set, { key: key('k'), value: key('v2') });
    const b = client('b');
    expect(b.call(reads.get, DIRTY)).toEqual(VALUE);
    expect(b.call(reads.getTxid, undefined)).toEqual({ number: 0, value: { atLeast: 1n } });
    expect(b.call(reads.get, { consistency: { atLeast: server.txid }, key: key('k') })).toEqual({
      number: 128,
      message: 'store not fresh enough',
    });
    server.lag(0, 'b');
    expect(b.call(reads.get, { consistency: { atLeast: server.txid }, key: key('k') })).toEqual({
      number: 0,
      value: key('v2'),
    });
  });

  it('know everything when they become master', () => {
    const { server, client } = world({ ...THREE, lag: 5 });
    client('a').call(writes.set, SET);
    expect(server.entries('b').size).toBe(0);
    server.electMaster('b');
    expect(client('b').call(reads.get, GET)).toEqual(VALUE);
  });
});

describe('connections', () => {
  it('are cut, and may come again', () => {
    const { server, time, client } = world(THREE);
    const [a, b] = [client('a'), client('b')];
    server.drop('a');
    time.advance(0);
    expect([a.closed, b.closed, server.connections(), server.connections('b')]).toEqual([true, false, 1, 1]);
    expect(client('a').call(reads.getKeyCount, undefined)).toEqual({ number: 0, value: 0n });
  });

  it("are refused by a node that is stopped, and by an address that is nobody's", async () => {
    const { server, time, client } = world();
    const known = client('arakoon_0');
    await server.refuse();
    time.advance(0);
    expect([known.closed, client('arakoon_0').closed]).toEqual([true, true]);
    await server.accept();
    expect(client('arakoon_0').call(writes.set, SET)).toEqual(OK);
    const codes: string[] = [];
    server
      .transport()({ host: '127.0.0.1', port: 1 })
      .subscribe({ error: ({ code }: { code: string }) => codes.push(code) });
    expect(codes).toEqual(['CONNECT_FAILED']);
  });

  it('are told that a node goes down, before they ask; those that were there hear nothing', async () => {
    const { server, time, client, dial } = world();
    const known = client('arakoon_0');
    server.goDown();
    time.advance(0);
    expect([known.closed, known.take().length]).toEqual([true, 0]);
    const late = dial('arakoon_0');
    expect([late.answer(writes.nop), late.closed]).toEqual([{ number: 16, message: 'closing socket' }, true]);
    await server.accept();
    expect(client('arakoon_0').call(writes.nop, undefined)).toEqual(OK);
  });

  it('serve the requests that came before a closing answer, and none behind it', () => {
    const { server, client } = world();
    const one = client('arakoon_0').ask(admin.optimizeDb, undefined).ask(writes.set, SET);
    expect([one.answer(admin.optimizeDb), one.closed, server.entries().size]).toEqual([
      { number: 32, message: 'Operation cannot be performed on master node' },
      true,
      0,
    ]);
  });

  it('take bytes that come one by one', () => {
    const { client, time } = world();
    const one = client('arakoon_0');
    for (const byte of Buffer.from('0900ffb1010000006b0100000076' + '0800ffb100010000006b', 'hex'))
      one.send(Buffer.of(byte));
    time.advance(0);
    expect([one.answer(writes.set), one.answer(reads.get)]).toEqual([OK, VALUE]);
  });

  it('are closed after garbage, with a word where a real server has one', () => {
    const { client } = world();
    const negative = client('arakoon_0').send(Buffer.from('0800ffb100ffffffff', 'hex'));
    expect([negative.take().length, negative.closed]).toEqual([0, true]);
    const answered = client('arakoon_0').send(Buffer.from('0d00ffb1ffffffff', 'hex'));
    expect([answered.answer(writes.nop), answered.closed]).toEqual([{ number: 255, message: 'unknown failure' }, true]);
  });
});

describe('faults', () => {
  const faulty = (fault: ArakoonFault, when = (request: ArakoonFaultRequest) => request.operation === 'set') =>
    world({ faults: (request) => (when(request) ? fault : undefined) });

  it('see what is asked, and of whom', () => {
    const seen: ArakoonFaultRequest[] = [];
    const { client } = world({ ...THREE, faults: (request) => void seen.push(request) });
    client('a').call(writes.set, SET);
    client('b').call(reads.whoMaster, undefined);
    expect(seen).toEqual([
      { node: 'a', operation: 'set', tag: 9, key: 'k' },
      { node: 'b', operation: 'whoMaster', tag: 2, key: undefined },
    ]);
  });

  it('cut the link before a request is served, or after', () => {
    for (const [fault, done] of [
      ['cut', false],
      ['cutAfter', true],
    ] as const) {
      const { server, time, client } = faulty(fault);
      const one = client().ask(reads.exists, GET).ask(writes.set, SET).ask(writes.nop, undefined);
      time.advance(0);
      expect([one.answer(reads.exists), one.take().length, one.closed, server.entries().has('k')]).toEqual([
        { number: 0, value: false },
        0,
        true,
        done,
      ]);
    }
  });

  it('let a request wait, and those behind it', () => {
    const { server, time, client } = faulty({ delay: 100 });
    const one = client().ask(writes.set, SET).ask(reads.get, GET);
    time.advance(99);
    expect([one.take().length, server.entries().size]).toEqual([0, 0]);
    time.advance(1);
    expect([one.answer(writes.set), one.answer(reads.get)]).toEqual([OK, VALUE]);
  });

  it('refuse, and close where that number does', () => {
    const kept = faulty({ error: 33, message: 'gone' }).client().ask(writes.set, SET);
    expect([kept.answer(writes.set), kept.closed]).toEqual([{ number: 33, message: 'gone' }, false]);
    const closed = faulty({ error: 16 }).client().ask(writes.set, SET);
    expect([closed.answer(writes.set), closed.closed]).toEqual([{ number: 16, message: '' }, true]);
  });
});

describe('sequences', () => {
  const sequence = (...steps: Step[]) => {
    const { server, client } = world({
      entries: { p1: 'old', k: 'v' },
      userFunctions: { count: (store) => Buffer.from(String(store.keys('p').length)), wrong: () => null },
    });
    const reply = client().call(writes.sequence, steps);
    return { reply, entries: Object.fromEntries([...server.entries()].map(([name, value]) => [name, String(value)])) };
  };

  it('see what they have done, and leave no trace when a step fails', () => {
    const set = (name: string): Step => ({ kind: 'set', key: key(name), value: key('x') });
    expect(
      sequence(
        set('a'),
        { kind: 'assertExists', key: key('a') },
        { kind: 'sequence', steps: [{ kind: 'delete', key: key('a') }] }
      )
    ).toEqual({ reply: OK, entries: { p1: 'old', k: 'v' } });
    expect(sequence(set('a'), { kind: 'sequence', steps: [{ kind: 'delete', key: key('none') }] })).toEqual({
      reply: { number: 5, message: 'none' },
      entries: { p1: 'old', k: 'v' },
    });
    expect(sequence(set('a'), { kind: 'userFunction', name: 'none', argument: null })).toMatchObject({
      reply: { number: 5, message: 'Not_found' },
    });
  });

  it('delete by prefix what was there before, and that for good: as a real server does', () => {
    const prefix: Step = { kind: 'deletePrefix', prefix: key('p') };
    expect(sequence({ kind: 'set', key: key('p2'), value: key('x') }, prefix)).toEqual({
      reply: OK,
      entries: { k: 'v', p2: 'x' },
    });
    expect(sequence(prefix, { kind: 'delete', key: key('none') })).toEqual({
      reply: { number: 5, message: 'none' },
      entries: { k: 'v' },
    });
  });
});

describe('plugins', () => {
  it('are functions, whose effects are undone when they throw', () => {
    const { server, client } = world({
      userFunctions: {
        swap: (store, argument) => {
          const old = store.get('k');
          store.set('k', argument ?? '');
          if (argument === null) throw new Error('nothing to swap');
          return old;
        },
      },
    });
    const one = client();
    expect(one.call(writes.userFunction, { name: 'swap', argument: key('1') })).toEqual({ number: 0, value: null });
    expect(one.call(writes.userFunction, { name: 'swap', argument: key('2') })).toEqual({ number: 0, value: key('1') });
    expect([one.call(writes.userFunction, { name: 'swap', argument: null }), one.closed]).toEqual([
      { number: 129, message: 'nothing to swap' },
      true,
    ]);
    expect(server.entries().get('k')).toEqual(key('2'));
    expect(client().call(writes.userFunction, { name: 'toString', argument: null })).toEqual({
      number: 38,
      message: 'User function "toString" could not be found',
    });
  });

  it('are hooks, which may keep the connection to themselves', () => {
    const { client } = world({
      entries: { k: 'v' },
      userHooks: {
        echo: (call) => {
          call.write(Buffer.alloc(4));
          call.listen((chunk) => (String(chunk) === 'bye' ? call.end() : call.write(chunk)));
        },
        read: (call) => call.write(call.get('k')!),
      },
    });
    const one = client().ask(admin.userHook, { consistency: 'none', name: 'read' });
    expect(one.take()).toEqual(key('v'));
    one.ask(admin.userHook, { consistency: 'none', name: 'echo' });
    expect(one.take()).toEqual(Buffer.alloc(4));
    expect(one.send(key('hello')).take()).toEqual(key('hello'));
    expect(one.send(key('bye')).closed).toBe(true);
  });
});

describe('administration', () => {
  it('collapses one log after the other, and says so after each', () => {
    const { time, client } = world({ tlogs: 4, collapseTime: 10 });
    const [one, other] = [client().ask(admin.collapseTlogs, 2), client()];
    expect(one.answer(admin.collapseTlogs)).toEqual({ number: 0, value: 2 });
    expect(other.call(admin.collapseTlogs, 2)).toEqual({ number: 255, message: 'Collapsing already in progress' });
    const progress = () => {
      time.advance(10);
      const input = decoderOf(one.take());
      return input.read(() => readReply(input, admin.collapsed));
    };
    expect([progress(), progress()]).toEqual([
      { number: 0, value: 41943n },
      { number: 0, value: 83886n },
    ]);
    expect(client().call(admin.collapseTlogs, 2)).toEqual({ number: 0, value: 0 });
  });

  it('goes on while its node is frozen, and says so afterwards', () => {
    const { server, time, client } = world({ tlogs: 2, collapseTime: 10 });
    const one = client().ask(admin.collapseTlogs, 1);
    expect(one.answer(admin.collapseTlogs)).toEqual({ number: 0, value: 1 });
    server.pause();
    time.advance(100);
    expect(one.take()).toHaveLength(0);
    server.resume();
    time.advance(0);
    expect(one.take()).toHaveLength(12);
  });

  it('gives its database away, but for that of the master', () => {
    const { client } = world({ ...THREE, entries: { k: 'v' } });
    const b = client('b').ask(admin.getDb, undefined);
    const file = b.take();
    expect(file.readBigInt64LE(4)).toBe(BigInt(file.length - 12));
    expect(file.subarray(12)).toEqual(Buffer.from('01000000' + '010000006b' + '0100000076', 'hex'));
    expect(client('a').call(admin.getDb, undefined)).toMatchObject({ number: 32 });
  });

  it('counts what it does, and knows how far the nodes are', () => {
    const { client } = world(THREE);
    const a = client('a');
    a.call(writes.set, SET);
    a.call(writes.confirm, { key: key('k'), value: key('longer') });
    a.call(reads.get, GET);
    const reply = a.call(admin.statistics, undefined) as { value: Parameters<typeof statisticsOf>[0][number] };
    expect(statisticsOf([reply.value])['arakoon_stats']).toMatchObject({
      avg_set_size: 3.5,
      avg_get_size: 6,
      set_info: { n: 2 },
      get_info: { n: 1, var: NaN },
      op_info: { n: 3 },
      node_is: { a: 2n, b: 2n, c: 2n },
    });
  });

  it('gives the outermost keys of either end, up to a mebibyte', () => {
    const value = Buffer.alloc(400 * 1024);
    const { client } = world({ entries: Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, value])) });
    const names = (boundary: string | null, direction: number) =>
      (
        client().call(nursery.getFringe, { boundary: boundary === null ? null : key(boundary), direction }) as {
          value: readonly reads.Entry[];
        }
      ).value
        .map(([name]) => String(name))
        .join('');
    expect([names(null, 0), names('c', 0), names(null, 1), names('d', 1)]).toEqual(['cba', 'ba', 'cde', 'de']);
  });
});

describe('versions', () => {
  it('do not know what came later', () => {
    const old = () => world({ version: '1.6.3' }).client('arakoon_0');
    expect(old().call(reads.hello, { client: '', cluster: 'arakoon' })).toEqual({ number: 0, value: 'Arakoon 1.6.3' });
    const nop = old().ask(writes.nop, undefined);
    expect([nop.answer(writes.nop), nop.closed]).toEqual([{ number: 5, message: '41: command not found' }, true]);
    expect(
      old().call(writes.sequence, [{ kind: 'sequence', steps: [{ kind: 'replace', key: key('k'), value: null }] }])
    ).toEqual({ number: 255, message: 'unknown failure' });
    const fresh = old().ask(reads.get, { consistency: { atLeast: 0n }, key: key('k') });
    expect([fresh.take().length, fresh.closed]).toEqual([0, true]);
  });
});

describe('options', () => {
  it.each<readonly [ArakoonServerOptions, string]>([
    [{ nodes: [] }, 'options.nodes'],
    [{ nodes: ['a', 'a'] }, 'options.nodes'],
    [{ master: 'b', nodes: ['a'] }, 'options.master'],
    [{ version: '2.0' }, 'options.version'],
    [{ lease: 0 }, 'options.lease'],
    [{ lag: -1 }, 'options.lag'],
    [{ node: 'a' } as never, 'options.node'],
  ])('%j is refused by the name of %s', (options, name) =>
    expect(() => arakoonInMemory(options)).toThrow(expect.objectContaining({ code: 'USAGE', argument: name }))
  );
});
