import { type Observable, throwError } from 'rxjs';
import { type Codec, bytes, utf8 } from '../../core/codecs.js';
import type { Cluster } from '../cluster.js';
import { withDefaults } from '../filters/withDefaults.js';
import type { Consistency } from '../protocol/consistency.js';
import * as admin from '../protocol/ops/admin.js';
import * as reads from '../protocol/ops/reads.js';
import * as writes from '../protocol/ops/writes.js';
import { type NamedField, statisticsOf } from '../protocol/statistics.js';
import { converse } from '../session/converse.js';
import type { Manner } from '../session/manner.js';
import type { Session } from '../session/session.js';
import type { Arakoon, PrefixOptions, ReadOptions, SequenceOptions, ViewOptions } from './arakoon.js';
import { argumentOf, checkConsistency, keepOf, maxOf, text } from './arguments.js';
import { Coding } from './coding.js';
import { createNursery } from './createNursery.js';
import { collapsing, hooked, streamed } from './talks.js';

/** What all views of one session share. */
export interface Base {
  readonly session: Session;
  readonly cluster: Cluster;
}

/** What keys and values are made of. */
export interface Codecs<K, V> {
  readonly key: Codec<K>;
  readonly value: Codec<V>;
}

/** Text, and bytes that are always there. */
export const PLAIN: Codecs<string, Uint8Array> = { key: utf8, value: bytes as Codec<Uint8Array> };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** What is done to the files of one node takes its time. */
const WORK: Manner<void, void> = { asks: 'named', lane: 'own', timeout: HOUR };
const STATISTICS: Manner<NamedField> = { asks: 'master', decode: ({ value }: NamedField) => statisticsOf(value as readonly NamedField[]) };

/** A table, not a class: names and defaults for the operations. What bytes mean is in the coding, and behaviour in the session. */
export function createClient<K, V>(base: Base, codecs: Codecs<K, V>, defaults: ReadOptions): Arakoon<K, V> {
  const { session, cluster } = base;
  const { news, settings } = session;
  const code = new Coding(codecs.key, codecs.value, settings.maxValueBytes);
  const exchange = withDefaults(defaults)(session.exchange);
  const fresh = (options: ReadOptions = {}) => checkConsistency(options.consistency ?? defaults.consistency ?? 'consistent');
  const keyed = (key: K, options?: ReadOptions) => ({ consistency: fresh(options), key: code.key(key) });
  const several = (keys: readonly K[], options?: ReadOptions) => ({ consistency: fresh(options), keys: code.keys(keys) });

  return {
    state$: news.state$,
    get state() {
      return news.state;
    },
    master$: news.master$,
    diagnostics$: news.diagnostics$,
    cluster,
    codecs,
    scheduler: settings.scheduler,
    with: ({ key, value, ...options }: ViewOptions<never, never>) =>
      createClient(base, { key: key ?? codecs.key, value: value ?? codecs.value } as Codecs<never, never>, { ...defaults, ...options }),

    exists: (key, options) => sound(() => exchange(reads.exists, keyed(key, options), options)),
    get: (key, options) => sound(() => exchange(reads.get, keyed(key, options), options, { decode: code.valueOf })),
    multiGet: (keys, options) => sound(() => exchange(reads.multiGet, several(keys, options), options, { decode: code.valuesOf })),
    multiGetOption: (keys, options) => sound(() => exchange(reads.multiGetOption, several(keys, options), options, { decode: code.valuesIfAny })),
    prefix: (prefix, options?: PrefixOptions) =>
      sound(() => exchange(reads.prefix, { consistency: fresh(options), prefix: code.key(prefix, 'prefix'), max: maxOf('options.max', options?.max) }, options, { decode: code.keysOf })),
    range: (range = {}, options) => sound(() => exchange(reads.range, code.range(range, fresh(options)), options, { decode: code.keysOf })),
    rangeEntries: (range = {}, options) => sound(() => exchange(reads.rangeEntries, code.range(range, fresh(options)), options, { decode: code.entriesOf })),
    revRangeEntries: (range = {}, options) => sound(() => exchange(reads.revRangeEntries, code.range(range, fresh(options)), options, { decode: code.entriesOf })),
    assert: (key, value, options) => sound(() => exchange(reads.assert, { ...keyed(key, options), value: code.maybe(value) }, options)),
    assertExists: (key, options) => sound(() => exchange(reads.assertExists, keyed(key, options), options)),
    getKeyCount: (options) => exchange(reads.getKeyCount, undefined, options),

    set: (key, value, options) => sound(() => exchange(writes.set, { key: code.key(key), value: code.stored(value) }, options)),
    confirm: (key, value, options) => sound(() => exchange(writes.confirm, { key: code.key(key), value: code.stored(value) }, options)),
    delete: (key, options) => sound(() => exchange(writes.deleteKey, { key: code.key(key) }, options)),
    deletePrefix: (prefix, options) => sound(() => exchange(writes.deletePrefix, { prefix: code.key(prefix, 'prefix') }, options)),
    replace: (key, value, options) => sound(() => exchange(writes.replace, { key: code.key(key), value: code.storedIfAny(value) }, options, { decode: code.valueIfAny })),
    testAndSet: (key, expected, wanted, options) =>
      sound(() => exchange(writes.testAndSet, { key: code.key(key), expected: code.maybe(expected, 'expected'), wanted: code.storedIfAny(wanted, 'wanted') }, options, { decode: code.valueIfAny })),
    sequence: (steps, options?: SequenceOptions) => sound(() => exchange(options?.sync === true ? writes.syncedSequence : writes.sequence, code.steps(steps), options)),
    userFunction: (name, argument = null, options) => sound(() => exchange(writes.userFunction, { name: text('name', name), argument: argumentOf('argument', argument) }, options)),
    nop: (options) => exchange(writes.nop, undefined, options),

    whoMaster: (options) => exchange(reads.whoMaster, undefined, options),
    hello: (name, options) => sound(() => exchange(reads.hello, { client: text('name', name), cluster: cluster.id }, options)),
    version: (options) => exchange(reads.version, undefined, options),
    getCurrentState: (options) => exchange(reads.getCurrentState, undefined, options),
    statistics: (options) => exchange(admin.statistics, undefined, options, STATISTICS) as Observable<never>,
    getTxid: (options) => exchange(reads.getTxid, undefined, options, { asks: 'master', decode: (txid: Consistency) => txid as { readonly atLeast: bigint } }),
    expectProgressPossible: (options) => exchange(reads.expectProgressPossible, undefined, options),

    dropMaster: (options) => exchange(admin.dropMaster, undefined, options, { asks: 'master', lane: 'own', timeout: MINUTE }),
    optimizeDb: (options) => exchange(admin.optimizeDb, undefined, options, WORK),
    defragDb: (options) => exchange(admin.defragDb, undefined, options, WORK),
    flushStore: (options) => exchange(admin.flushStore, undefined, options, WORK),
    copyDbToHead: (keep, options) => sound(() => exchange(admin.copyDbToHead, keepOf(keep), options, WORK)),
    collapseTlogs: (keep, options) => sound(() => converse(session, admin.collapseTlogs, keepOf(keep), collapsing, { timeout: HOUR, ...defaults, ...options })),
    getDb: (options) => converse(session, admin.getDb, undefined, streamed, { timeout: HOUR, ...defaults, ...options }),
    userHook: (name, options) => sound(() => converse(session, admin.userHook, { consistency: fresh(options), name: text('name', name) }, hooked, { ...defaults, ...options }, options?.input$)),

    nursery: createNursery(exchange, code),
    close: () => session.close(),
  };
}

/** What is wrong with the arguments, on the error channel. */
function sound<T>(request: () => Observable<T>): Observable<T> {
  try {
    return request();
  } catch (error) {
    return throwError(() => error);
  }
}
