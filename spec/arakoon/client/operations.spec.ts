import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Observable } from 'rxjs';
import { toArray } from 'rxjs';
import type { Arakoon } from '../../../lib/arakoon/client/arakoon.js';
import { steps } from '../../../lib/arakoon/client/steps.js';
import { utf8 } from '../../../lib/core/codecs.js';
import type { CoordinationError } from '../../../lib/core/errors.js';
import { ArakoonGround } from '../../helpers/arakoonGround.js';
import { asked } from '../../helpers/arakoonWire.js';

interface Golden {
  readonly session: string;
  readonly name: string;
  readonly seq: number;
  readonly request: string;
  readonly reply: string;
}

const golden = readFileSync(join(__dirname, '../../fixtures/arakoon/golden.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Golden);

type Text = Arakoon<string, string>;
type Row = readonly [name: string, call: (arakoon: Text) => Observable<unknown>, becomes: unknown, session?: string];

const bytes = (text: string) => Buffer.from(text);
const span = (begin: string | null, end: string | null) => ({
  begin: begin === null ? null : bytes(begin),
  end: end === null ? null : bytes(end),
});
const whole = { public: span(null, null), private: span(null, null) };
const upTo = (end: string) => ({ public: span('a', end), private: span('a', end) });
const leaf = (cluster: string) => ({ cluster });
const tree = {
  separator: bytes('m'),
  left: { separator: bytes('f'), left: leaf('left'), right: leaf('mid') },
  right: leaf('right'),
};

/** What is asked, and what becomes of the captured answer: a value, or a code. */
const ROWS: readonly Row[] = [
  ['hello', (a) => a.hello('testsuite'), 'Arakoon 1.9.25'],
  ['version', (a) => a.version(), expect.objectContaining({ major: 1, minor: 9, patch: 25 })],
  ['get_current_state', (a) => a.getCurrentState(), 'Stable_master'],
  ['expect_progress_possible', (a) => a.expectProgressPossible(), true],
  ['get_key_count', (a) => a.getKeyCount(), 12n],
  ['get_txid', (a) => a.getTxid(), { atLeast: 47n }],
  ['nop', (a) => a.nop(), undefined],
  ['flush_store', (a) => a.flushStore(), undefined],
  ['exists_false', (a) => a.exists('key'), false],
  ['exists_true', (a) => a.exists('key'), true],
  ['exists_dirty', (a) => a.exists('key', { consistency: 'none' }), true],
  ['get', (a) => a.get('key'), 'value'],
  ['get_not_found', (a) => a.get('key'), 'NOT_FOUND'],
  ['get_dirty', (a) => a.get('key', { consistency: 'none' }), 'value'],
  ['get_at_least_0', (a) => a.get('key', { consistency: { atLeast: 0n } }), 'value'],
  ['get_empty_value', (a) => a.get('emptyv'), ''],
  ['get_empty_key', (a) => a.get(''), 'emptykey'],
  ['set', (a) => a.set('key', 'value'), undefined],
  ['set_empty_value', (a) => a.set('emptyv', ''), undefined],
  ['delete', (a) => a.delete('key'), undefined],
  ['delete_not_found', (a) => a.delete('key'), 'NOT_FOUND'],
  ['confirm_new', (a) => a.confirm('ck', 'v1'), undefined],
  ['assert_ok', (a) => a.assert('ck', 'v2'), undefined],
  ['assert_none_ok', (a) => a.assert('nokey', null), undefined],
  ['assert_fail', (a) => a.assert('ck', 'v1'), 'ASSERTION_FAILED'],
  ['assert_exists_ok', (a) => a.assertExists('ck'), undefined],
  ['assert_exists_fail', (a) => a.assertExists('nokey'), 'ASSERTION_FAILED'],
  ['tas_create', (a) => a.testAndSet('tas', null, 'v0'), null],
  ['tas_match', (a) => a.testAndSet('tas', 'v0', 'v1'), 'v0'],
  ['tas_mismatch', (a) => a.testAndSet('tas', 'v0', 'v2'), 'v1'],
  ['tas_delete', (a) => a.testAndSet('tas', 'v1', null), 'v1'],
  ['tas_some_on_missing', (a) => a.testAndSet('tas', 'x', 'y'), null],
  ['replace_new', (a) => a.replace('rk', 'r1'), null],
  ['replace_old', (a) => a.replace('rk', 'r2'), 'r1'],
  ['replace_delete', (a) => a.replace('rk', null), 'r2'],
  ['sequence_empty', (a) => a.sequence([]), undefined],
  [
    'sequence_set_delete',
    (a) => a.sequence([steps.set('sk', 'v0'), steps.delete('sk'), steps.set('sk', 'v1')]),
    undefined,
  ],
  ['synced_sequence', (a) => a.sequence([steps.set('sk', 'v3')], { sync: true }), undefined],
  ['sequence_delete_missing', (a) => a.sequence([steps.set('sk', 'never'), steps.delete('skmissing')]), 'NOT_FOUND'],
  [
    'sequence_assert_fail',
    (a) => a.sequence([steps.set('sk', 'never'), steps.assert('sk', 'other')]),
    'ASSERTION_FAILED',
  ],
  ['sequence_assert_none_fail', (a) => a.sequence([steps.assert('sk', null)]), 'ASSERTION_FAILED'],
  ['sequence_assert_exists_fail', (a) => a.sequence([steps.assertExists('nokey')]), 'ASSERTION_FAILED'],
  ['sequence_assert_range_desc', (a) => a.sequence([steps.assertRange('ar.', ['ar.b', 'ar.a', 'ar.c'])]), undefined],
  ['user_function', (a) => a.userFunction('lab_reverse', bytes('abcdef')), bytes('fedcba')],
  ['user_function_none', (a) => a.userFunction('lab_reverse'), null],
  ['user_function_missing', (a) => a.userFunction('nosuchfun', bytes('x')), 'BAD_INPUT'],
  ['user_function_failwith', (a) => a.userFunction('lab_failwith', bytes('x')), 'USER_FUNCTION_FAILED'],
  ['prefix_5', (a) => a.prefix('key_', { max: 5 }), ['key_0', 'key_1', 'key_10', 'key_11', 'key_2']],
  ['prefix_0', (a) => a.prefix('key_', { max: 0 }), []],
  ['prefix_none', (a) => a.prefix('zzz'), []],
  ['prefix_empty', (a) => a.prefix('', { max: 3, consistency: 'none' }), ['key_0', 'key_1', 'key_10']],
  ['range', (a) => a.range({ begin: 'key_1', end: 'key_3' }), ['key_1', 'key_10', 'key_11', 'key_2']],
  [
    'range_incl',
    (a) => a.range({ begin: 'key_1', beginInclusive: false, end: 'key_3', endInclusive: true }),
    ['key_10', 'key_11', 'key_2', 'key_3'],
  ],
  ['range_max', (a) => a.range({ begin: 'key_1', end: 'key_3', endInclusive: true, max: 2 }), ['key_1', 'key_10']],
  [
    'range_open',
    (a) => a.range(),
    ['key_0', 'key_1', 'key_10', 'key_11', ...[2, 3, 4, 5, 6, 7, 8, 9].map((i) => `key_${i}`)],
  ],
  [
    'range_open',
    (a) => a.range({ beginInclusive: false, endInclusive: false }),
    expect.arrayContaining(['key_0', 'key_9']),
  ],
  [
    'rev_range_entries_open',
    (a) => a.revRangeEntries({ max: 2 }),
    [
      ['key_9', 'value_9'],
      ['key_8', 'value_8'],
    ],
  ],
  ['range_inverted', (a) => a.range({ begin: 'key_3', end: 'key_1', endInclusive: true }), []],
  [
    'range_entries_max',
    (a) => a.rangeEntries({ endInclusive: true, max: 2 }),
    [
      ['key_0', 'value_0'],
      ['key_1', 'value_1'],
    ],
  ],
  [
    'rev_range_entries',
    (a) => a.revRangeEntries({ begin: 'key_9', end: 'key_3', max: 3 }),
    [
      ['key_9', 'value_9'],
      ['key_8', 'value_8'],
      ['key_7', 'value_7'],
    ],
  ],
  ['multi_get', (a) => a.multiGet(['key_1', 'key_2', 'key_3']), ['value_1', 'value_2', 'value_3']],
  ['multi_get_empty', (a) => a.multiGet([]), []],
  ['multi_get_missing', (a) => a.multiGet(['key_1', 'miss_a', 'miss_b', 'key_2']), 'NOT_FOUND'],
  ['multi_get_option', (a) => a.multiGetOption(['key_1', 'miss', 'key_3']), ['value_1', null, 'value_3']],
  ['delete_prefix', (a) => a.deletePrefix('key_1'), 3],
  [
    'statistics',
    (a) => a.statistics(),
    expect.objectContaining({ get_info: expect.objectContaining({ n: expect.any(Number) }), node_is: {} }),
  ],
  ['get_interval_unset', (a) => a.nursery.getInterval(), whole],
  ['get_interval', (a) => a.nursery.getInterval(), upTo('m')],
  ['set_interval', (a) => a.nursery.setInterval(upTo('m')), undefined],
  ['set_interval_max', (a) => a.nursery.setInterval(whole), undefined],
  ['get_routing_unset', (a) => a.nursery.getRouting(), 'NOT_FOUND'],
  ['get_routing_tree', (a) => a.nursery.getRouting(), tree],
  ['set_routing_tree', (a) => a.nursery.setRouting(tree), undefined],
  ['set_routing_delta', (a) => a.nursery.setRoutingDelta('left', bytes('k'), 'right'), undefined],
  [
    'get_nursery_cfg',
    (a) => a.nursery.getConfig(),
    expect.objectContaining({
      routing: tree,
      clusters: expect.objectContaining({ right: { r0: { hosts: ['10.0.1.1'], port: 4000 } } }),
    }),
  ],
  ['set_nursery_cfg2', (a) => a.nursery.setConfig('right', { r0: { hosts: ['10.0.1.1'], port: 4000 } }), undefined],
  [
    'get_fringe_lower',
    (a) => a.nursery.getFringe(bytes('key_5'), 'lower'),
    expect.arrayContaining([[bytes('key_5'), bytes('value_5')]]),
  ],
  [
    'get_fringe_upper',
    (a) => a.nursery.getFringe(null, 'upper'),
    expect.arrayContaining([[bytes('key_9'), bytes('value_9')]]),
  ],
  ['migrate_range', (a) => a.nursery.migrateRange(upTo('z'), [steps.set('migrated', '1')]), undefined],
  ['outside_interval_get', (a) => a.get('zzz'), 'OUTSIDE_INTERVAL'],
  ['optimize_db_master', (a) => a.optimizeDb(), 'NOT_SUPPORTED'],
  ['defrag_db_master', (a) => a.defragDb(), 'NOT_SUPPORTED'],
  ['drop_master_single', (a) => a.dropMaster(), 'NOT_SUPPORTED'],
  ['get_db_master', (a) => a.getDb(), 'NOT_SUPPORTED'],
  ['copy_db_to_head_master', (a) => a.copyDbToHead(1), 'NOT_SUPPORTED'],
  ['slave_copy_db_to_head', (a) => a.copyDbToHead(2), undefined, 'three_slave'],
  ['user_hook_missing', (a) => a.userHook('nohook'), 'USER_HOOK_NOT_FOUND'],
];

describe('a captured exchange', () => {
  it.each(ROWS)('%s is what the client says, and understands', (name, call, becomes, session = 'single') => {
    const exchange = golden.find((each) => each.name === name && each.session === session)!;
    const ground = new ArakoonGround({}, { names: ['arakoon_0'], master: 'arakoon_0' });
    ground.peer.script('arakoon_0').hears(Buffer.from(exchange.request, 'hex'), Buffer.from(exchange.reply, 'hex'));
    const seen: unknown[] = [];
    call(ground.arakoon.with({ value: utf8 })).subscribe({
      next: (value) => seen.push(value),
      error: ({ code }: CoordinationError) => seen.push(code),
    });
    ground.pass();
    expect(ground.peer.surprises).toEqual([]);
    expect(seen).toEqual([becomes]);
    ground.connection.unsubscribe();
  });

  it('collapse_tlogs shows how far it has got, in milliseconds', () => {
    const { request, reply } = golden.find(({ name }) => name === 'collapse_tlogs')!;
    const ground = new ArakoonGround({}, { names: ['arakoon_0'], master: 'arakoon_0' });
    const script = ground.peer.script('arakoon_0').hears(Buffer.from(request, 'hex'));
    const seen: unknown[] = [];
    ground.arakoon
      .collapseTlogs(1)
      .pipe(toArray())
      .subscribe((all) => seen.push(...all));
    ground.pass();
    for (const byte of Buffer.from(reply, 'hex')) script.says(Buffer.from([byte]));
    expect(seen.length).toBe(14);
    expect(seen[0]).toEqual({ done: 0, total: 13, elapsed: 0 });
    expect(seen[1]).toEqual({ done: 1, total: 13, elapsed: expect.closeTo(4.323, 3) });
    expect(ground.peer.open).toBe(1); // that over which the master is asked
  });

  it('who_master is asked of any node', () => {
    const { request } = golden.find(({ name }) => name === 'who_master')!;
    expect(request).toBe(asked.whoMaster.toString('hex'));
    const ground = new ArakoonGround();
    ground.ask('master', ground.arakoon.whoMaster());
    ground.pass();
    expect(ground.said()).toEqual(['master: "a"']);
  });
});
