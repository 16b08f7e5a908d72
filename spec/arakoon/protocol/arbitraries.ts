import fc from 'fast-check';
import type { NamedField } from '../../../lib/arakoon/protocol/statistics.js';
import type { Step } from '../../../lib/arakoon/protocol/step.js';
import type { Routing } from '../../../lib/arakoon/protocol/routing.js';
import { OPS } from './golden.js';

// Values of everything that is on the wire.

const bytes = fc.uint8Array({ maxLength: 12 }).map((each) => Buffer.from(each));
const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const int = fc.integer();
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const maybe = fc.option(bytes);
const many = fc.array(bytes, { maxLength: 5 });
const none = fc.constant(undefined);
const entries = fc.array(fc.tuple(bytes, bytes), { maxLength: 5 });
const consistency = fc.oneof(fc.constantFrom('consistent' as const, 'none' as const), fc.record({ atLeast: long }));
const span = fc.record({ begin: maybe, end: maybe });
const interval = fc.record({ public: span, private: span });
const name = text.filter((each) => !/^\d+$/.test(each)); // objects have an order of their own for numbers
const nodes = fc.dictionary(name, fc.record({ hosts: fc.array(text, { maxLength: 3 }), port: int }), {
  maxKeys: 3,
  noNullPrototype: true,
});

const { routing } = fc.letrec<{ routing: Routing }>((tie) => ({
  routing: fc.oneof(
    { maxDepth: 5 },
    fc.record({ cluster: text }),
    fc.record({ separator: bytes, left: tie('routing'), right: tie('routing') })
  ),
}));

const { step } = fc.letrec<{ step: Step }>((tie) => ({
  step: fc.oneof(
    { maxDepth: 4 },
    kind('set', { key: bytes, value: bytes }),
    kind('delete', { key: bytes }),
    kind('testAndSet', { key: bytes, expected: maybe, wanted: maybe }),
    kind('nop', {}),
    kind('userFunction', { name: text, argument: maybe }),
    kind('assert', { key: bytes, value: maybe }),
    kind('deletePrefix', { prefix: bytes }),
    kind('assertExists', { key: bytes }),
    kind('replace', { key: bytes, value: maybe }),
    kind('assertRange', { prefix: bytes, keys: many }),
    kind('sequence', { steps: fc.array(tie('step'), { maxLength: 4 }) })
  ) as fc.Arbitrary<Step>,
}));
const steps = fc.array(step, { maxLength: 5 });

function kind<K extends string, T extends object>(of: K, fields: { [P in keyof T]: fc.Arbitrary<T[P]> }) {
  return fc.record({ kind: fc.constant(of), ...fields });
}

const { field } = fc.letrec<{ field: NamedField }>((tie) => ({
  field: fc.oneof(
    { maxDepth: 4 },
    fc.record({ name: text, type: fc.constant(1 as const), value: int }),
    fc.record({ name: text, type: fc.constant(2 as const), value: long }),
    fc.record({ name: text, type: fc.constant(3 as const), value: fc.double() }),
    fc.record({ name: text, type: fc.constant(4 as const), value: text }),
    fc.record({ name: text, type: fc.constant(5 as const), value: fc.array(tie('field'), { maxLength: 4 }) })
  ),
}));

const key = fc.record({ consistency, key: bytes });
const keys = fc.record({ consistency, keys: many });
const range = fc.record({
  consistency,
  begin: maybe,
  beginInclusive: fc.boolean(),
  end: maybe,
  endInclusive: fc.boolean(),
  max: int,
});
const pair = fc.record({ key: bytes, value: bytes });

/** What is asked, and what is answered, by the name of the command. */
export const VALUES: Readonly<Record<string, readonly [request: fc.Arbitrary<unknown>, reply: fc.Arbitrary<unknown>]>> =
  {
    hello: [fc.record({ client: text, cluster: text }), text],
    whoMaster: [none, fc.option(text)],
    exists: [key, fc.boolean()],
    get: [key, bytes],
    assert: [fc.record({ consistency, key: bytes, value: maybe }), none],
    assertExists: [key, none],
    multiGet: [keys, many],
    multiGetOption: [keys, fc.array(maybe, { maxLength: 5 })],
    prefix: [fc.record({ consistency, prefix: bytes, max: int }), many],
    range: [range, many],
    rangeEntries: [range, entries],
    revRangeEntries: [range, entries],
    expectProgressPossible: [none, fc.boolean()],
    version: [none, fc.record({ major: int, minor: int, patch: int, info: text })],
    getCurrentState: [none, text],
    getKeyCount: [none, long],
    getTxid: [none, consistency],
    set: [pair, none],
    confirm: [pair, none],
    delete: [fc.record({ key: bytes }), none],
    testAndSet: [fc.record({ key: bytes, expected: maybe, wanted: maybe }), maybe],
    replace: [fc.record({ key: bytes, value: maybe }), maybe],
    deletePrefix: [fc.record({ prefix: bytes }), int],
    sequence: [steps, none],
    userFunction: [fc.record({ name: text, argument: maybe }), maybe],
    nop: [none, none],
    statistics: [none, field],
    optimizeDb: [none, none],
    defragDb: [none, none],
    dropMaster: [none, none],
    flushStore: [none, none],
    copyDbToHead: [int, none],
    collapseTlogs: [int, int],
    getDb: [none, long],
    userHook: [fc.record({ consistency, name: text }), none],
    getInterval: [none, interval],
    setInterval: [interval, none],
    getRouting: [none, routing],
    setRouting: [routing, none],
    setRoutingDelta: [fc.record({ left: text, separator: bytes, right: text }), none],
    getNurseryConfig: [
      none,
      fc.record({ routing, clusters: fc.dictionary(name, nodes, { maxKeys: 3, noNullPrototype: true }) }),
    ],
    setNurseryConfig: [fc.record({ cluster: text, nodes }), none],
    getFringe: [fc.record({ boundary: maybe, direction: int }), entries],
    migrateRange: [fc.record({ interval, steps }), none],
  };

/** A command with something to ask, and something to answer. */
export const COMMANDS = [...OPS.values()].map((op) => [op.name, op, VALUES[op.name]!] as const);
