import { type CallOptions, checkCallOptions } from '../../../client/callOptions.js';
import type { RequestFilter } from '../../../client/requestFilter.js';
import { statsFeed } from '../../../client/statsFeed.js';
import { pullable } from '../../../client/paced.js';
import { bytes as checkBytes, callable, flag, knownKeys } from '../../../core/check.js';
import { checkCodec, utf8 } from '../../../core/codecs.js';
import { inspectable, summaryOfState } from '../../../core/inspect.js';
import { formatEndpoint } from '../../../core/endpoint.js';
import { compact, deleteRange, put, range as rangeMethod } from '../protocol/methods.js';
import type { Session } from '../session/session.js';
import type { WatchHub } from '../watch/watchHub.js';
import { createLeases } from './createLeases.js';
import { createWatches } from './createWatches.js';
import { createAuth } from './createAuth.js';
import { createMaintenance } from './createMaintenance.js';
import type { Etcd } from './etcd.js';
import { createMembers } from './members.js';
import { CALL, methods } from './methods.js';
import { pages } from './pages.js';
import { RANGE_KEYS, READ_KEYS, rangeRequest, rangeResult, readRequest } from './rangeRequest.js';
import type { ViewOptions } from './requestOptions.js';
import { Transaction } from './transaction.js';
import { ViewCodec, revisionOf } from './viewCodec.js';
import { PUT_KEYS, deleteResult, putRequest, putResult } from './writeRequest.js';

/** The parts that all views of one session share. */
export interface Base {
  readonly session: Session;
  readonly hub: WatchHub;
  readonly close: () => Promise<void>;
}

const VIEW = [...CALL, 'key', 'value', 'namespace'] as const;
const NOTHING = new Uint8Array(0);

/**
 * A table, not a class: names and defaults for the operations. The meaning of bytes is in the codec, and behaviour in
 * the session.
 *
 * @param filters those of this view alone
 */
export function createClient<K, V>(
  base: Base,
  code: ViewCodec<K, V>,
  defaults: CallOptions,
  filters: readonly RequestFilter[] = []
): Etcd<K, V> {
  const { session } = base;
  const all = methods(session, defaults, filters);
  const { checked, exchange, method } = all;
  const single = (key: K) => ({ key: code.key(key), rangeEnd: NOTHING });
  const deletion = (previous: boolean | undefined) => ({ prevKv: flag('options.previous', previous ?? false) });

  const client: Etcd<K, V> = {
    state$: session.states.state$,
    get state() {
      return session.states.state;
    },
    diagnostics$: session.diagnostics$,
    ...statsFeed(session, session.states.state$),
    scheduler: session.settings.scheduler,
    with<K2, V2>(options: ViewOptions<K2, V2>) {
      const { key, value, namespace, ...more } = checkView(options);
      return createClient(
        base,
        new ViewCodec(
          (key ?? code.keys) as ViewCodec<K2, V2>['keys'],
          (value ?? code.values) as ViewCodec<K2, V2>['values'],
          namespace === undefined ? code.namespace : Buffer.concat([code.namespace, namespaceOf(namespace)])
        ),
        { ...defaults, ...more },
        filters
      );
    },
    use: (filter) => createClient(base, code, defaults, [callable('filter', filter), ...filters]),

    get: (key, options) =>
      method(
        'get',
        rangeMethod,
        READ_KEYS,
        options,
        (o) => readRequest(single(key), o),
        {
          decode: ({ kvs }) => code.keyValueIfAny(kvs[0]),
          leaderless: options?.serializable,
          joins: options?.serializable !== true,
        },
        () => code.shown(key)
      ),
    range: (range, options) =>
      method('range', rangeMethod, RANGE_KEYS, options, (o) => rangeRequest(code.range(range), o), {
        decode: (reply) => rangeResult(reply, code.keyValueOf),
        leaderless: options?.serializable,
      }),
    pages: (range, options) => pullable((work) => pages(all, code, range, options, work)),
    keys: (range, options) =>
      method(
        'keys',
        rangeMethod,
        RANGE_KEYS,
        options,
        (o) => ({ ...rangeRequest(code.range(range), o), keysOnly: true }),
        { decode: (reply) => rangeResult(reply, ({ key }) => code.keyOf(key)), leaderless: options?.serializable }
      ),
    count: (range, options) =>
      method(
        'count',
        rangeMethod,
        READ_KEYS,
        options,
        (o) => ({ ...readRequest(code.range(range), o), countOnly: true }),
        { decode: ({ count }) => count, leaderless: options?.serializable }
      ),
    put: (key, value, options) =>
      method(
        'put',
        put,
        PUT_KEYS,
        options,
        (o) => putRequest(code.key(key), code.value(value), o),
        { decode: (reply) => putResult(reply, code) },
        () => code.shown(key)
      ),
    delete: (key, options) =>
      method(
        'delete',
        deleteRange,
        ['previous'],
        options,
        ({ previous }) => ({ ...single(key), ...deletion(previous) }),
        { decode: (reply) => deleteResult(reply, code) },
        () => code.shown(key)
      ),
    deleteRange: (range, options) =>
      method(
        'deleteRange',
        deleteRange,
        ['previous'],
        options,
        ({ previous }) => ({ ...code.range(range), ...deletion(previous) }),
        { decode: (reply) => deleteResult(reply, code) }
      ),
    transaction: () => new Transaction({ exchange, code, checked }),
    compact: (revision, options) =>
      method(
        'compact',
        compact,
        ['physical'],
        options,
        ({ physical = false }) => ({
          revision: revisionOf('revision', revision),
          physical: flag('options.physical', physical),
        }),
        { decode: () => undefined }
      ),
    ...createWatches(session, base.hub, code),
    leases: createLeases(all, code.keyOf),
    members: createMembers(all),
    maintenance: createMaintenance(all),
    auth: createAuth(all, code),
    close: base.close,
  };
  return inspectable(client, 'Etcd', () => {
    const { state } = session.states;
    return {
      ...summaryOfState(state),
      ...(state.kind === 'connected' && { member: formatEndpoint(state.endpoint) }),
      requests: session.router.underWay,
    };
  });
}

function checkView<K, V>(options: ViewOptions<K, V>): ViewOptions<K, V> {
  const { key, value, timeout, signal } = knownKeys('options', options, VIEW);
  checkCallOptions({ timeout, signal });
  if (key !== undefined) checkCodec('options.key', key);
  if (value !== undefined) checkCodec('options.value', value);
  return options;
}

function namespaceOf(namespace: string | Uint8Array): Uint8Array {
  return typeof namespace === 'string' ? utf8.encode(namespace)! : checkBytes('options.namespace', namespace);
}
