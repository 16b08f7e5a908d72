import { describe, expect, it } from '@jest/globals';
import type { Observable, Subscription } from 'rxjs';
import { type Arakoon, connect, steps } from '../../../lib/arakoon/index.js';
import type { CallOptions } from '../../../lib/arakoon/session/callOptions.js';
import { arakoonInMemory } from '../../../lib/testing/index.js';
import { ArakoonGround } from '../../helpers/arakoonGround.js';
import { asked, command, le32, le64, no, ok } from '../../helpers/arakoonWire.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

const one = Buffer.from('1');

/** Every operation of which one node of an embedded cluster gives one answer. */
const OPERATIONS: ReadonlyArray<readonly [string, (arakoon: Arakoon, options: CallOptions) => Observable<unknown>]> = [
  ['get', (arakoon, options) => arakoon.get('a', options)],
  ['get from any node', (arakoon, options) => arakoon.get('a', { ...options, consistency: 'none' })],
  ['exists', (arakoon, options) => arakoon.exists('a', options)],
  ['multiGet', (arakoon, options) => arakoon.multiGet(['a'], options)],
  ['multiGetOption', (arakoon, options) => arakoon.multiGetOption(['a', 'z'], options)],
  ['prefix', (arakoon, options) => arakoon.prefix('a', options)],
  ['range', (arakoon, options) => arakoon.range({}, options)],
  ['rangeEntries', (arakoon, options) => arakoon.rangeEntries({}, options)],
  ['revRangeEntries', (arakoon, options) => arakoon.revRangeEntries({}, options)],
  ['assert', (arakoon, options) => arakoon.assert('a', one, options)],
  ['assertExists', (arakoon, options) => arakoon.assertExists('a', options)],
  ['getKeyCount', (arakoon, options) => arakoon.getKeyCount(options)],
  ['set', (arakoon, options) => arakoon.set('b', one, options)],
  ['confirm', (arakoon, options) => arakoon.confirm('b', one, options)],
  ['delete', (arakoon, options) => arakoon.delete('a', options)],
  ['deletePrefix', (arakoon, options) => arakoon.deletePrefix('a', options)],
  ['replace', (arakoon, options) => arakoon.replace('a', one, options)],
  ['testAndSet', (arakoon, options) => arakoon.testAndSet('a', null, one, options)],
  ['sequence', (arakoon, options) => arakoon.sequence([steps.set('b', one)], options)],
  ['a synced sequence', (arakoon, options) => arakoon.sequence([steps.set('b', one)], { ...options, sync: true })],
  ['nop', (arakoon, options) => arakoon.nop(options)],
  ['whoMaster', (arakoon, options) => arakoon.whoMaster(options)],
  ['hello', (arakoon, options) => arakoon.hello('me', options)],
  ['version', (arakoon, options) => arakoon.version(options)],
  ['statistics', (arakoon, options) => arakoon.statistics(options)],
  ['getTxid', (arakoon, options) => arakoon.getTxid(options)],
  [
    'flushStore',
    (arakoon, options) => arakoon.flushStore({ ...options, node: Object.keys(arakoon.cluster.nodes)[0]! }),
  ],
];

interface Client {
  readonly time: VirtualTime;
  readonly arakoon: Arakoon;
  readonly connection: Subscription;
}

const ENDS: ReadonlyArray<readonly [string, (client: Client, controller: AbortController) => void]> = [
  ['closing the client', ({ arakoon }) => void arakoon.close()],
  ['unsubscribing from connect', ({ connection }) => connection.unsubscribe()],
  ['aborting', (_, controller) => controller.abort()],
  ['letting the timeout pass', ({ time }) => time.advance(1500)],
];

function client(): Client {
  const time = new VirtualTime();
  const server = arakoonInMemory({ scheduler: time, entries: { a: '1' } });
  let arakoon!: Arakoon;
  const connection = connect(server.cluster, {
    transport: server.transport({ latency: 1 }),
    scheduler: time,
    random: () => 0.5,
  }).subscribe((it) => (arakoon = it));
  time.advance(1000);
  return { time, arakoon, connection };
}

const said =
  (log: string[]) =>
  ({ code, effect }: { code: string; effect: string }) =>
    void log.push(`! ${code} ${effect}`);

describe.each(OPERATIONS)('%s that has been answered', (_, request) => {
  it.each(ENDS)('completes after %s inside next', (__, end) => {
    const it = client();
    const controller = new AbortController();
    const log: string[] = [];
    request(it.arakoon, { signal: controller.signal, timeout: 1000 }).subscribe({
      next: () => (log.push('next'), end(it, controller)),
      error: said(log),
      complete: () => log.push('|'),
    });
    it.time.advance(10_000);
    expect(log).toEqual(['next', '|']);
  });
});

describe('a streamed answer', () => {
  it.each([
    [
      'getDb',
      command(0x1b),
      [ok(le64(3n)), Buffer.from('abc')],
      (arakoon: Arakoon, options: CallOptions): Observable<unknown> => arakoon.getDb({ ...options, node: 'b' }),
    ],
    [
      'collapseTlogs',
      command(0x14, le32(2)),
      [ok(le32(1), ok(le64(1n)))],
      (arakoon: Arakoon, options: CallOptions): Observable<unknown> =>
        arakoon.collapseTlogs(2, { ...options, node: 'b' }),
    ],
  ])('completes when its last part was received, whatever ends inside next: %s', (_, question, parts, request) => {
    for (const end of ['close', 'unsubscribe', 'abort']) {
      const ground = new ArakoonGround();
      ground.pass();
      ground.peer.script('b').hears(question, ...parts);
      const controller = new AbortController();
      const log: string[] = [];
      request(ground.arakoon, { signal: controller.signal }).subscribe({
        next: () =>
          end === 'close'
            ? void ground.arakoon.close()
            : end === 'abort'
              ? controller.abort()
              : ground.connection.unsubscribe(),
        error: said(log),
        complete: () => log.push('|'),
      });
      ground.pass(10);
      expect([end, ...log]).toEqual([end, '|']);
    }
  });

  it('errors with CLOSED when the client is closed before', () => {
    const ground = new ArakoonGround();
    ground.pass();
    ground.peer.script('b').hears(command(0x1b), ok(le64(3n)), Buffer.from('ab'));
    ground.ask('it', ground.arakoon.getDb({ node: 'b' }));
    ground.pass();
    void ground.arakoon.close();
    ground.pass();
    expect([ground.said(), ground.peer.open]).toEqual([['it: ab', 'client |', 'it! CLOSED none'], 0]);
  });
});

describe('replies that come in one chunk', () => {
  it('are all delivered when the first of them closes the client; a refusal that asks for another node is none', () => {
    const ground = new ArakoonGround({ writers: 1 });
    ground.pass();
    const script = ground.peer
      .script('a')
      .hears(
        Buffer.concat([
          asked.set('x', '1'),
          asked.delete('y'),
          asked.delete('z'),
          asked.set('v', '1'),
          asked.set('w', '1'),
        ])
      );
    ground.arakoon
      .set('x', one)
      .subscribe({ next: () => void ground.arakoon.close(), complete: () => ground.log.push('x |') });
    ground.ask('y', ground.arakoon.delete('y'));
    ground.ask('z', ground.arakoon.delete('z'));
    ground.ask('v', ground.arakoon.set('v', one));
    ground.ask('w', ground.arakoon.set('w', one));
    ground.pass();
    script.says(ok(), ok(), no(5, 'z'), no(4, 'b'), Buffer.from('00', 'hex'));
    expect(ground.said()).toEqual([
      'client |',
      'v! CLOSED none',
      'w! CLOSED none',
      'x |',
      'y: done',
      'z! NOT_FOUND none',
    ]);
  });

  it('are delivered to requests that are aborted meanwhile', () => {
    const ground = new ArakoonGround({ writers: 1 });
    ground.pass();
    const controller = new AbortController();
    const script = ground.peer
      .script('a')
      .hears(Buffer.concat([asked.set('x', '1'), asked.delete('y'), asked.delete('z')]));
    ground.arakoon.set('x', one).subscribe(() => controller.abort());
    ground.ask('y', ground.arakoon.delete('y', { signal: controller.signal }));
    ground.ask('z', ground.arakoon.delete('z', { signal: controller.signal }));
    ground.pass();
    script.says(ok(), ok());
    expect(ground.said()).toEqual(['z! ABORTED unknown', 'y: done']);
  });
});
