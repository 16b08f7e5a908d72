import { type Observable, catchError, map, mergeMap, of, throwError } from 'rxjs';
import type { CallOptions } from '../../../client/callOptions.js';
import { sound } from '../../../client/sound.js';
import { checkCodec, utf8 } from '../../../core/codecs.js';
import { oneOf } from '../../../core/check.js';
import { formatEndpoint } from '../../../core/endpoint.js';
import { UsageError, isCoordinationError } from '../../../core/errors.js';
import { inspectable } from '../../../core/inspect.js';
import { type EtcdV2Result, keyResult } from '../protocol/answer.js';
import type { Ask } from '../protocol/ask.js';
import { HEALTH, VERSION, isHealthy, versionOf } from '../protocol/clusterRequests.js';
import { normalKey } from '../protocol/keyPath.js';
import { deleteKey, postKey, readKey, writeKey } from '../protocol/keyRequests.js';
import { ValueCodec } from '../protocol/valueCodec.js';
import type { ReadV2Options, ViewV2Options } from '../types.js';
import { type FollowBase, isAbsence } from '../watch/follow.js';
import { auth } from './auth.js';
import type { CallMaker } from './callMaker.js';
import type { EtcdV2 } from './etcdV2.js';
import { checked, conditionFields, ifSet, readFields, seconds, ttlField, writeFields } from './fields.js';
import { membership } from './membership.js';
import { statistics } from './statistics.js';
import { updateTtl } from './updateTtl.js';
import { watching } from './watching.js';

/** The parts that all views of one client share. */
export interface Base extends FollowBase {
  readonly close: () => Promise<void>;
}

/**
 * A table, not a class: names and defaults for the operations. The meaning of text is in the codec, and behaviour in
 * the session.
 */
export function createClient<V>(base: Base, code: ValueCodec<V>, defaults: CallOptions): EtcdV2<V> {
  const { session, exchange } = base;
  const { tls } = session.settings;
  const call: CallMaker = (operation, options, ask, read, at) =>
    sound(operation, () => {
      const chosen = checked(options, []);
      const context = { operation };
      return exchange(ask(), context, { ...defaults, ...chosen }, (answer) => read(answer, context), at);
    });
  /** A call about one key: which options it has, and how its arguments become a request. */
  const keyed = <O extends CallOptions>(
    operation: string,
    key: string,
    options: O | undefined,
    keys: readonly (keyof O & string)[],
    ask: (key: string, options: O) => Ask
  ): Observable<EtcdV2Result<V>> =>
    sound(
      operation,
      () => {
        const chosen = checked(options, keys);
        const path = normalKey(key);
        const context = { operation, path };
        const request = ask(path, chosen);
        return exchange(request, context, { ...defaults, ...chosen }, (answer) =>
          code.result(keyResult(answer, context), context)
        );
      },
      () => key
    );
  const READ = ['recursive', 'sorted', 'quorum'] as const;
  const WRITE = ['ttl', 'noValueOnSuccess'] as const;
  const read = (operation: string, key: string, options?: ReadV2Options) =>
    keyed(operation, key, options, READ, (path, o) => readKey(path, readFields(o)));
  const ifAny = <T>(found$: Observable<T>, none: T) =>
    found$.pipe(catchError((error: unknown) => (isAbsence(error) ? of(none) : throwError(() => error))));
  const write =
    (operation: string, prevExist: boolean | undefined): EtcdV2<V>['set'] =>
    (key, value, options) =>
      keyed(operation, key, options, WRITE, (path, o) =>
        writeKey(path, { value: code.text(value), ...writeFields(o) }, { prevExist })
      );
  const version: EtcdV2<V>['version'] = (options) => call('version', options, () => VERSION, versionOf);
  const members = membership(call);

  const client: EtcdV2<V> = {
    state$: session.states.state$,
    get state() {
      return session.states.state;
    },
    diagnostics$: session.diagnostics$,
    scheduler: session.settings.scheduler,
    with<V2>(options: ViewV2Options<V2>) {
      const { value = code.values, encoding = code.encoding, ...more } = checked(options, ['value', 'encoding']);
      checkCodec('options.value', value);
      oneOf('options.encoding', encoding, ['text', 'base64']);
      return createClient(base, new ValueCodec<V2>(value as typeof options.value & {}, encoding), {
        ...defaults,
        ...more,
      });
    },

    read: (key, options) => read('read', key, options),
    get: (key, options) => ifAny(read('get', key, options).pipe(map(({ node }) => node)), undefined),
    exists: (key, options) => ifAny(read('exists', key, options).pipe(map(() => true)), false),

    set: write('set', undefined),
    create: write('create', false),
    update: write('update', true),
    compareAndSwap: (key, value, condition, options) =>
      keyed('compareAndSwap', key, options, WRITE, (path, o) =>
        writeKey(
          path,
          { value: code.text(value), ...writeFields(o) },
          conditionFields(condition, code, ['prevValue', 'prevIndex', 'prevExist'])
        )
      ),
    compareAndDelete: (key, condition, options) =>
      keyed('compareAndDelete', key, options, [], (path) =>
        deleteKey(path, {}, conditionFields(condition, code, ['prevValue', 'prevIndex']))
      ),
    createInOrder: (directory, value, options) =>
      keyed('createInOrder', directory, options, ['ttl'], (path, o) =>
        postKey(path, { value: code.text(value), ...ttlField(o) })
      ),
    refresh: (key, ttl, options) =>
      sound(
        'refresh',
        () => {
          const request$ = keyed('refresh', key, options, [], (path) =>
            writeKey(path, { ttl: seconds('ttl', ttl), refresh: true }, { prevExist: true })
          );
          return version(options).pipe(
            mergeMap(({ cluster }) =>
              canRefresh(cluster)
                ? request$
                : throwError(() => new UsageError('ttl', `cannot be refreshed by etcd ${cluster}; use updateTtl`))
            )
          );
        },
        () => key
      ),
    updateTtl: (key, ttl, options) =>
      sound(
        'updateTtl',
        () => {
          const plain = createClient(base, new ValueCodec(utf8, 'text'), defaults);
          const context = { operation: 'updateTtl', path: key };
          return updateTtl(plain, key, ttl, options).pipe(map((result) => code.result(result, context)));
        },
        () => key
      ),
    delete: (key, options) =>
      keyed('delete', key, options, ['recursive'], (path, { recursive }) =>
        deleteKey(path, { recursive: ifSet('options.recursive', recursive) })
      ),
    mkdir: (directory, options) =>
      keyed('mkdir', directory, options, ['ttl'], (path, o) =>
        writeKey(path, { dir: true, ...ttlField(o) }, { prevExist: false })
      ),
    rmdir: (directory, options) =>
      keyed('rmdir', directory, options, ['recursive'], (path, { recursive }) =>
        deleteKey(path, { dir: true, recursive: ifSet('options.recursive', recursive) })
      ),

    ...watching(base, code),
    members,
    statistics: statistics(call, members, tls !== undefined),
    auth: auth(call),
    version,
    health: (options) =>
      call('health', options, () => HEALTH, isHealthy).pipe(
        catchError((error: unknown) =>
          isCoordinationError(error, 'UNAVAILABLE') ? of(false) : throwError(() => error)
        )
      ),
    close: base.close,
  };
  return inspectable(client, 'EtcdV2', () => {
    const { state } = client;
    return state.kind === 'connected'
      ? { state: state.kind, member: formatEndpoint(state.endpoint) }
      : { state: state.kind };
  });
}

/** Whether a version knows `refresh`: others would empty the value. */
function canRefresh(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 3);
}
