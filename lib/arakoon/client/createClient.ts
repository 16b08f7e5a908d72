import type { Observable } from 'rxjs';
import type { RequestFilter } from '../../client/requestFilter.js';
import { statsFeed } from '../../client/statsFeed.js';
import { callable } from '../../core/check.js';
import { type Codec, bytes, utf8 } from '../../core/codecs.js';
import { inspectable, summaryOfState } from '../../core/inspect.js';
import type { Cluster } from '../cluster.js';
import type { Consistency } from '../protocol/consistency.js';
import * as admin from '../protocol/ops/admin.js';
import * as reads from '../protocol/ops/reads.js';
import * as writes from '../protocol/ops/writes.js';
import { type NamedField, statisticsOf } from '../protocol/statistics.js';
import type { CallProfile } from '../session/callProfile.js';
import type { Session } from '../session/session.js';
import type { Arakoon } from './arakoon.js';
import type { PrefixOptions, ReadOptions, SequenceOptions, ViewOptions } from './requestOptions.js';
import { argumentOf, keepOf, maxOf, text } from './arguments.js';
import { ViewCodec } from './viewCodec.js';
import { createNursery } from './createNursery.js';
import { methods } from './methods.js';
import { CALL, HOOK, PREFIX, READ, SEQUENCE, VIEW } from './checkOptions.js';
import { collapsing, hooked, streamed } from './streamedReplies.js';

/** The parts that all views of one session share. */
export interface Base {
  readonly session: Session;
  readonly cluster: Cluster;
  /** The filters around each request, the outermost first. */
  readonly filters: readonly RequestFilter[];
  readonly close: () => Promise<void>;
}

/** The codecs of keys and values. */
export interface Codecs<K, V> {
  readonly key: Codec<K>;
  readonly value: Codec<V>;
}

/** Text, and bytes that are always there. */
export const PLAIN: Codecs<string, Uint8Array> = { key: utf8, value: bytes as Codec<Uint8Array> };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Commands for the files of one node take their time. */
const WORK: CallProfile<void, void> = { asks: 'named', lane: 'own', timeout: HOUR };
const STATISTICS: CallProfile<NamedField> = {
  asks: 'master',
  decode: ({ value }: NamedField) => statisticsOf(value as readonly NamedField[]),
};

/** A range by another name. */
const PREFIX_ENTRIES: typeof reads.rangeEntries = {
  ...reads.rangeEntries,
  name: 'prefixEntries',
  key: ({ begin }) => begin ?? undefined,
};

/**
 * A table, not a class: names and defaults for the operations. The meaning of bytes is in the codec, and behaviour in
 * the session.
 */
export function createClient<K, V>(base: Base, codecs: Codecs<K, V>, defaults: ReadOptions): Arakoon<K, V> {
  const { session, cluster, close } = base;
  const { streams, settings } = session;
  const code = new ViewCodec(codecs.key, codecs.value, settings.maxValueBytes);
  const fresh = (options: ReadOptions = {}) => options.consistency ?? defaults.consistency ?? 'consistent';
  const { checked, method, plain, stream } = methods(session, defaults, base.filters, (key: K) => code.shown(key));
  const keyed = (key: K, options?: ReadOptions) => ({ consistency: fresh(options), key: code.key(key) });
  const several = (keys: readonly K[], options?: ReadOptions) => ({
    consistency: fresh(options),
    keys: code.keys(keys),
  });

  const client: Arakoon<K, V> = {
    state$: streams.state$,
    get state() {
      return streams.state;
    },
    master$: streams.master$,
    diagnostics$: streams.diagnostics$,
    ...statsFeed(session, streams.state$),
    cluster,
    codecs,
    scheduler: settings.scheduler,
    with(options: ViewOptions<never, never>) {
      checked(options, VIEW);
      const { key, value, ...more } = options;
      return createClient(base, { key: key ?? codecs.key, value: value ?? codecs.value } as Codecs<never, never>, {
        ...defaults,
        ...more,
      });
    },
    use: (filter) =>
      createClient({ ...base, filters: [callable('filter', filter), ...base.filters] }, codecs, defaults),

    exists: (key, options) => method(reads.exists, READ, options, () => keyed(key, options), undefined, key),
    get: (key, options) => method(reads.get, READ, options, () => keyed(key, options), { decode: code.valueOf }, key),
    multiGet: (keys, options) =>
      method(reads.multiGet, READ, options, () => several(keys, options), {
        decode: (values) => code.valuesOf(values, keys),
      }),
    multiGetOption: (keys, options) =>
      method(reads.multiGetOption, READ, options, () => several(keys, options), {
        decode: (values) => code.valuesIfAny(values, keys),
      }),
    prefix: (prefix, options?: PrefixOptions) =>
      method(
        reads.prefix,
        PREFIX,
        options,
        () => ({
          consistency: fresh(options),
          prefix: code.key(prefix, 'prefix'),
          max: maxOf('options.max', options?.max),
        }),
        { decode: code.keysOf },
        prefix
      ),
    range: (range = {}, options) =>
      method(reads.range, READ, options, () => code.range(range, fresh(options)), { decode: code.keysOf }),
    rangeEntries: (range = {}, options) =>
      method(reads.rangeEntries, READ, options, () => code.range(range, fresh(options)), { decode: code.entriesOf }),
    revRangeEntries: (range = {}, options) =>
      method(reads.revRangeEntries, READ, options, () => code.range(range, fresh(options)), { decode: code.entriesOf }),
    prefixEntries: (prefix, options?: PrefixOptions) =>
      method(
        PREFIX_ENTRIES,
        PREFIX,
        options,
        () => code.prefixed(prefix, options?.max, fresh(options)),
        { decode: code.entriesOf },
        prefix
      ),
    assert: (key, value, options) =>
      method(reads.assert, READ, options, () => ({ ...keyed(key, options), value: code.maybe(value) }), undefined, key),
    assertExists: (key, options) =>
      method(reads.assertExists, READ, options, () => keyed(key, options), undefined, key),
    getKeyCount: (options) => plain(reads.getKeyCount, options),

    set: (key, value, options) =>
      method(writes.set, CALL, options, () => ({ key: code.key(key), value: code.stored(value) }), undefined, key),
    confirm: (key, value, options) =>
      method(writes.confirm, CALL, options, () => ({ key: code.key(key), value: code.stored(value) }), undefined, key),
    delete: (key, options) => method(writes.deleteKey, CALL, options, () => ({ key: code.key(key) }), undefined, key),
    deletePrefix: (prefix, options) =>
      method(writes.deletePrefix, CALL, options, () => ({ prefix: code.key(prefix, 'prefix') }), undefined, prefix),
    replace: (key, value, options) =>
      method(
        writes.replace,
        CALL,
        options,
        () => ({ key: code.key(key), value: code.storedIfAny(value) }),
        { decode: code.valueIfAny },
        key
      ),
    testAndSet: (key, expected, wanted, options) =>
      method(
        writes.testAndSet,
        CALL,
        options,
        () => ({
          key: code.key(key),
          expected: code.maybe(expected, 'expected'),
          wanted: code.storedIfAny(wanted, 'wanted'),
        }),
        { decode: code.valueIfAny },
        key
      ),
    sequence: (steps, options?: SequenceOptions) =>
      method(options?.sync === true ? writes.syncedSequence : writes.sequence, SEQUENCE, options, () =>
        code.steps(steps)
      ),
    userFunction: (name, argument = null, options) =>
      method(writes.userFunction, CALL, options, () => ({
        name: text('name', name),
        argument: argumentOf('argument', argument),
      })),
    nop: (options) => plain(writes.nop, options),

    whoMaster: (options) => plain(reads.whoMaster, options),
    hello: (name, options) =>
      method(reads.hello, CALL, options, () => ({ client: text('name', name), cluster: cluster.id })),
    version: (options) => plain(reads.version, options),
    getCurrentState: (options) => plain(reads.getCurrentState, options),
    statistics: (options) => plain(admin.statistics, options, STATISTICS) as Observable<never>,
    getTxid: (options) =>
      plain(reads.getTxid, options, {
        asks: 'master',
        decode: (txid: Consistency) => txid as { readonly atLeast: bigint },
      }),
    expectProgressPossible: (options) => plain(reads.expectProgressPossible, options),

    dropMaster: (options) => plain(admin.dropMaster, options, { asks: 'master', lane: 'own', timeout: MINUTE }),
    optimizeDb: (options) => plain(admin.optimizeDb, options, WORK),
    defragDb: (options) => plain(admin.defragDb, options, WORK),
    flushStore: (options) => plain(admin.flushStore, options, WORK),
    copyDbToHead: (keep, options) => method(admin.copyDbToHead, CALL, options, () => keepOf(keep), WORK),
    collapseTlogs: (keep, options) =>
      stream(admin.collapseTlogs, CALL, options, () => keepOf(keep), collapsing, { timeout: HOUR }),
    getDb: (options) => stream(admin.getDb, CALL, options, () => undefined, streamed, { timeout: HOUR }),
    userHook: (name, options) =>
      stream(admin.userHook, HOOK, options, () => ({ consistency: fresh(options), name: text('name', name) }), hooked),

    nursery: createNursery(method, code),
    close,
  };
  return inspectable(client, 'Arakoon', () => {
    const { state } = streams;
    return {
      ...summaryOfState(state),
      ...(state.kind === 'connected' && { master: state.master }),
      cluster: cluster.id,
      requests: session.router.underWay,
    };
  });
}
