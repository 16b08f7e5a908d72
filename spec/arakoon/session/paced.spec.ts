import { describe, expect, it } from '@jest/globals';
import { toArray } from 'rxjs';
import { type Arakoon, connect } from '../../../lib/arakoon/index.js';
import { toAsyncIterable } from '../../../lib/operators/toAsyncIterable.js';
import { tcp } from '../../../lib/transport/tcp.js';
import { startArakoon } from '../../../lib/testing/index.js';
import type { Transport } from '../../../lib/core/link.js';
import { map, tap } from 'rxjs';
import { ArakoonGround } from '../../helpers/arakoonGround.js';
import { command, le64, ok } from '../../helpers/arakoonWire.js';

const GET_DB = command(0x1b);
const iterator = (it: AsyncIterable<Uint8Array>) => it[Symbol.asyncIterator]();
const text = async (result: Promise<IteratorResult<Uint8Array, unknown>>) => {
  const { done, value } = await result;
  return done === true ? 'end' : String(value);
};

describe('a stream of parts that is pulled', () => {
  it.each<[string, (pieces: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>]>([
    ['by itself', (pieces) => pieces],
    ['by toAsyncIterable', (pieces) => toAsyncIterable(pieces as never)],
  ])('holds the server back until a part is dealt with: %s', async (_, how) => {
    const ground = new ArakoonGround();
    ground.pass();
    const script = ground.peer.script('b').hears(GET_DB, ok(le64(9n)));
    const pieces = iterator(how(ground.arakoon.getDb({ node: 'b', timeout: 1000 })));
    const first = text(pieces.next());
    ground.pass(10);
    expect(script.link.held).toBe(false);
    script.says(Buffer.from('abc'));
    expect([await first, script.link.held]).toEqual(['abc', true]);
    script.says(Buffer.from('def')); // it was on its way
    ground.pass(5000); // dealing with a part takes as long as it takes
    expect(await text(pieces.next())).toBe('def');
    expect(script.link.held).toBe(true);
    const third = text(pieces.next());
    expect(script.link.held).toBe(false);
    script.says(Buffer.from('ghi'));
    expect([await third, await text(pieces.next())]).toEqual(['ghi', 'end']);
    expect(ground.peer.open).toBe(1);
  });

  it('gives each of several who ask at once a part of their own', async () => {
    const ground = new ArakoonGround();
    ground.pass();
    const script = ground.peer.script('b').hears(GET_DB, ok(le64(9n)));
    const pieces = iterator(ground.arakoon.getDb({ node: 'b', timeout: 1000 }));
    const asked = [pieces.next(), pieces.next(), pieces.next()].map(text);
    ground.pass(10);
    for (const part of ['abc', 'def']) script.says(Buffer.from(part));
    expect([script.link.held, await asked[0], await asked[1]]).toEqual([false, 'abc', 'def']);
    script.says(Buffer.from('ghi'));
    expect([script.link.held, await asked[2]]).toEqual([true, 'ghi']);
    expect(await text(pieces.next())).toBe('end');
  });

  it('ends with TIMEOUT when the server is silent, and nothing is being dealt with', async () => {
    const ground = new ArakoonGround();
    ground.pass();
    ground.peer.script('b').hears(GET_DB, ok(le64(9n)));
    const pieces = iterator(ground.arakoon.getDb({ node: 'b', timeout: 1000 }));
    const first = pieces.next();
    ground.pass(1001);
    await expect(first).rejects.toMatchObject({ code: 'TIMEOUT', operation: 'getDb' });
  });

  it('closes its connection when the loop is left', async () => {
    const ground = new ArakoonGround();
    ground.pass();
    const script = ground.peer.script('b').hears(GET_DB, ok(le64(9n)));
    const pieces = iterator(ground.arakoon.getDb({ node: 'b' }));
    const first = pieces.next();
    ground.pass();
    script.says(Buffer.from('abc'));
    await first;
    await pieces.return!();
    expect(ground.peer.open).toBe(1);
  });

  it('keeps little of a large file in memory, over a socket, and loses nothing of it', async () => {
    const size = 1024 * 1024;
    await using server = await startArakoon({
      nodes: ['a', 'b'],
      entries: Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`k${i}`, Buffer.alloc(size, i)])),
    });
    let arrived = 0;
    const counting: Transport = (endpoint) =>
      tcp(endpoint).pipe(
        map((link) => ({
          ...{ chunk$: link.chunk$.pipe(tap(({ length }) => (arrived += length))), drain$: link.drain$ },
          write: (it: Uint8Array) => link.write(it),
          soon: (it: () => void) => link.soon(it),
          hold: () => link.hold!(),
          release: () => link.release!(),
        }))
      );
    let arakoon!: Arakoon;
    const connection = connect(server.cluster, { transport: counting }).subscribe((it) => (arakoon = it));
    let [taken, most] = [0, 0];
    for await (const piece of arakoon.getDb({ node: 'b' })) {
      for (let i = 0; i < 20; i++) await new Promise(setImmediate); // slower than the server by far
      most = Math.max(most, arrived - taken);
      taken += piece.length;
    }
    connection.unsubscribe();
    expect(taken).toBeGreaterThan(24 * size);
    expect(most).toBeLessThan(size);
  });

  it('is an Observable all the same, which emits as fast as parts come', () => {
    const ground = new ArakoonGround();
    ground.pass();
    const script = ground.peer.script('b').hears(GET_DB, ok(le64(6n)));
    ground.ask('all', ground.arakoon.getDb({ node: 'b' }).pipe(map(String), toArray()));
    ground.pass();
    script.says(Buffer.from('abc')).says(Buffer.from('def'));
    expect(ground.said()).toEqual(['all: ["abc","def"]']);
  });
});
