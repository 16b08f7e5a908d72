import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Observable, map } from 'rxjs';
import { steps } from '../../../lib/arakoon/client/steps.js';
import type { Arakoon, ViewOptions } from '../../../lib/arakoon/index.js';
import { type Codec, bytes, json, utf8 } from '../../../lib/core/codecs.js';
import { type CoordinationError, UsageError } from '../../../lib/core/errors.js';
import { ArakoonGround } from '../../helpers/arakoonGround.js';
import { asked, command, le32, llist, lstr, ok, some } from '../../helpers/arakoonWire.js';

let ground: ArakoonGround;
beforeEach(() => void (ground = new ArakoonGround()));

/** Numbers as keys, in the order of their bytes. */
const padded: Codec<number> = {
  encode: (n) => Buffer.from(String(n).padStart(4, '0')),
  decode: (key) => Number(Buffer.from(key!).toString()),
};
const hears = (request: Buffer, answer: Buffer) => ground.peer.script('a').hears(request, answer);

/** What a request fails with, without ever having been sent. */
function refusal(request$: Observable<unknown>): { readonly code: string; readonly argument: string | undefined } {
  let error: CoordinationError | undefined;
  request$.subscribe({ error: (it: CoordinationError) => (error = it) });
  ground.pass(100);
  expect(ground.peer.dials.filter((dial) => !dial.endsWith(' a')).length).toBe(0);
  return { code: error!.code, argument: error instanceof UsageError ? error.argument : undefined };
}

describe('a view', () => {
  it('makes keys and values of bytes, and bytes of them, wherever they are', () => {
    const view = ground.arakoon.with({ key: padded, value: json<number>() });
    const script = hears(
      command(0x11, Buffer.from([0]), llist(lstr('0001'), lstr('0002'))),
      ok(llist(lstr('20'), lstr('10')))
    );
    script.hears(
      command(0x0f, Buffer.from([0]), some('0001'), Buffer.from([1]), some('0003'), Buffer.from([0]), le32(-1)),
      ok(llist(Buffer.concat([lstr('0002'), lstr('20')]), Buffer.concat([lstr('0001'), lstr('10')])))
    );
    script.hears(command(0x0c, Buffer.from([0]), lstr('0001'), le32(-1)), ok(llist(lstr('0001'))));
    ground.ask('several', view.multiGet([1, 2]));
    ground.ask('entries', view.rangeEntries({ begin: 1, end: 3 }));
    ground.ask('keys', view.prefix(1));
    ground.pass();
    expect(ground.said()).toEqual(['several: [10,20]', 'entries: [[1,10],[2,20]]', 'keys: [1]']);
  });

  it('makes the keys and values of steps too, of all eleven kinds', () => {
    const view = ground.arakoon.with({ key: padded, value: json<number>() });
    const all = [
      ...[
        steps.set(1, 10),
        steps.delete(1),
        steps.testAndSet(1, null, 10),
        steps.replace(1, null),
        steps.deletePrefix(2),
        steps.assert(1, 10),
      ],
      ...[
        steps.assertExists(1),
        steps.assertRange(1, [2, 1]),
        steps.userFunction('f'),
        steps.nop(),
        steps.sequence([steps.set(3, 30)]),
      ],
    ];
    const step = (tag: number, ...fields: readonly Buffer[]) => Buffer.concat([le32(tag), ...fields]);
    const one = lstr('0001');
    const wire = [
      ...[
        step(1, one, lstr('10')),
        step(2, one),
        step(3, one, some(null), some('10')),
        step(16, one, some(null)),
        step(14, lstr('0002')),
        step(8, one, some('10')),
      ],
      ...[
        step(15, one),
        step(17, one, le32(1), llist(lstr('0002'), one)),
        step(7, lstr('f'), some(null)),
        step(6),
        step(5, llist(step(1, lstr('0003'), lstr('30')))),
      ],
    ];
    const blob = Buffer.concat([le32(5), llist(...wire)]);
    hears(command(0x10, le32(blob.length), blob), ok());
    ground.ask('sequence', view.sequence(all));
    ground.pass();
    expect(ground.said()).toEqual(['sequence: done']);
  });

  it('shares connections with the one it is made of, and adds to its options', () => {
    hears(
      Buffer.concat([asked.getAnywhere('x'), asked.getAnywhere('y')]),
      Buffer.concat([ok(lstr('1')), ok(lstr('2'))])
    );
    const dirty = ground.arakoon.with({ consistency: 'none', node: 'a' });
    ground.ask('x', dirty.get('x'));
    ground.ask(
      'y',
      dirty
        .with({ value: utf8 })
        .get('y')
        .pipe(map((value) => value.length))
    );
    ground.pass();
    expect(ground.said()).toEqual(['x: 1', 'y: 1']);
  });

  it('is told what its codecs are', () => {
    const view = ground.arakoon.with({ key: padded });
    expect([view.codecs.key, view.codecs.value, view.cluster]).toEqual([
      padded,
      ground.arakoon.codecs.value,
      ground.peer.cluster,
    ]);
  });

  it.each<[string, (arakoon: Arakoon<string, unknown>) => Observable<unknown>]>([
    ['a key', (a) => a.get('\ud800')],
    ['a value', (a) => a.set('x', undefined)],
    ['a value that is compared', (a) => a.testAndSet('x', undefined, 1)],
    ['a value in a step', (a) => a.sequence([steps.set('x', undefined)])],
  ])('refuses %s that its codec does not take, before anything is sent', (_, call) => {
    expect(refusal(call(ground.arakoon.with({ value: json() })))).toEqual({ code: 'BAD_VALUE', argument: undefined });
  });

  it('fails a read whose bytes its codec does not take, and no other', () => {
    hears(Buffer.concat([asked.get('x'), asked.get('y')]), Buffer.concat([ok(lstr('{')), ok(lstr('2'))]));
    const view = ground.arakoon.with({ value: json() });
    ground.ask('x', view.get('x'));
    ground.ask('y', view.get('y'));
    ground.pass();
    expect(ground.said()).toEqual(['x! BAD_VALUE none', 'y: 2']);
  });
});

describe('an argument', () => {
  const view = (options: ViewOptions<string, Uint8Array | null>) => ground.arakoon.with(options);
  const wrong = (value: unknown) => value as never;
  it.each<[string, () => Observable<unknown>]>([
    ['value', () => view({ value: bytes }).set('x', null)],
    ['value', () => ground.arakoon.set('x', wrong(null))],
    ['value', () => ground.arakoon.set('x', Buffer.alloc(8 * 1024 ** 2))],
    ['wanted', () => ground.arakoon.testAndSet('x', null, Buffer.alloc(8 * 1024 ** 2))],
    ['key', () => ground.arakoon.with({ key: { encode: () => wrong('text'), decode: String } }).get('x')],
    ['keys', () => ground.arakoon.multiGet(wrong('ab'))],
    ['steps', () => ground.arakoon.sequence(wrong(steps.nop()))],
    ['steps[1]', () => ground.arakoon.sequence([steps.nop(), wrong({ kind: 'leap' })])],
    ['steps[0].steps[0].value', () => view({ value: bytes }).sequence([steps.sequence([steps.set('x', null)])])],
    ['steps[0].name', () => ground.arakoon.sequence([steps.userFunction(wrong(1))])],
    ['name', () => ground.arakoon.hello(wrong(1))],
    ['argument', () => ground.arakoon.userFunction('f', wrong('text'))],
    ['options.max', () => ground.arakoon.prefix('x', { max: -1 })],
    ['range.max', () => ground.arakoon.range({ max: 2 ** 31 })],
    ['range.first', () => ground.arakoon.range(wrong({ first: 'a' }))],
    ['range.beginInclusive', () => ground.arakoon.range({ beginInclusive: wrong(1) })],
    ['options.consistency', () => ground.arakoon.get('x', { consistency: wrong('dirty') })],
    ['options.consistency', () => ground.arakoon.get('x', { consistency: { atLeast: wrong(1) } })],
    ['options.timeout', () => ground.arakoon.get('x', { timeout: 0 })],
    ['options.timeout', () => ground.arakoon.getDb({ node: 'a', timeout: 0 })],
    ['options.node', () => ground.arakoon.version({ node: 'z' })],
    ['options.node', () => ground.arakoon.collapseTlogs(1)],
    ['keep', () => ground.arakoon.collapseTlogs(0, { node: 'a' })],
    ['keep', () => ground.arakoon.copyDbToHead(0.5, { node: 'a' })],
    ['direction', () => ground.arakoon.nursery.getFringe(null, wrong('left'))],
  ])('%s that cannot be is named, and nothing is sent', (argument, call) => {
    expect(refusal(call())).toEqual({ code: 'USAGE', argument });
  });

  it('that is a large value is let through in a sequence, as servers do', () => {
    hears(command(0x10), ok());
    ground.ask('sequence', ground.arakoon.sequence([steps.set('x', Buffer.alloc(9 * 1024 ** 2))]));
    ground.pass();
    expect(ground.said()).toEqual(['sequence: done']);
  });
});
