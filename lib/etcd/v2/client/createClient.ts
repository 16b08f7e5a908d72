import { type Observable, catchError, map, of, throwError } from 'rxjs';
import type { CallOptions } from '../../../client/callOptions.js';
import { sound } from '../../../client/sound.js';
import { callable, oneOf } from '../../../core/check.js';
import { checkCodec, utf8 } from '../../../core/codecs.js';
import { formatEndpoint } from '../../../core/endpoint.js';
import { inspectable } from '../../../core/inspect.js';
import type { EtcdV2Result } from '../protocol/answer.js';
import { normalKey } from '../protocol/keyPath.js';
import type { ConditionFields, KeyRequest, WriteFields } from '../protocol/keyRequests.js';
import { ValueCodec } from '../protocol/valueCodec.js';
import type { ReadV2Options, ViewV2Options } from '../types.js';
import { isAbsence } from '../watch/currentKey.js';
import type { Backing } from './backing.js';
import type { EtcdV2 } from './etcdV2.js';
import { checked, conditionFields, ifSet, readFields, seconds, ttlField, writeFields } from './fields.js';
import { updateTtl } from './updateTtl.js';
import { watching } from './watching.js';

/**
 * A table, not a class: names and defaults for the operations. The meaning of text is in the codec, and behaviour in
 * what the client stands on.
 */
export function createClient<V>(base: Backing, code: ValueCodec<V>, defaults: CallOptions): EtcdV2<V> {
  /** A call about one key: which options it has, and how its arguments become a request. */
  const keyed = <O extends CallOptions>(
    operation: string,
    key: string,
    options: O | undefined,
    keys: readonly (keyof O & string)[],
    request: (key: string, options: O) => KeyRequest
  ): Observable<EtcdV2Result<V>> =>
    sound(
      operation,
      () => {
        const chosen = checked(options, keys);
        const path = normalKey(key);
        const context = { operation, path };
        return base
          .keys(request(path, chosen), context, { ...defaults, ...chosen })
          .pipe(map((result) => code.result(result, context)));
      },
      () => key
    );
  const READ = ['recursive', 'sorted', 'quorum'] as const;
  const WRITE = ['ttl', 'noValueOnSuccess'] as const;
  const read = (operation: string, key: string, options?: ReadV2Options) =>
    keyed(operation, key, options, READ, (path, o) => ({ kind: 'read', key: path, fields: readFields(o) }));
  const ifAny = <T>(found$: Observable<T>, none: T) =>
    found$.pipe(catchError((error: unknown) => (isAbsence(error) ? of(none) : throwError(() => error))));
  const writing = (key: string, fields: WriteFields, conditions: ConditionFields): KeyRequest => ({
    ...{ kind: 'write', key, fields, conditions },
  });
  const write =
    (operation: string, prevExist: boolean | undefined): EtcdV2<V>['set'] =>
    (key, value, options) =>
      keyed(operation, key, options, WRITE, (path, o) =>
        writing(path, { value: code.text(value), ...writeFields(o) }, { prevExist })
      );

  const client: EtcdV2<V> = {
    state$: base.state$,
    get state() {
      return base.state;
    },
    diagnostics$: base.diagnostics$,
    stats: () => base.stats(),
    stats$: base.stats$,
    scheduler: base.scheduler,
    with<V2>(options: ViewV2Options<V2>) {
      const { value = code.values, encoding = code.encoding, ...more } = checked(options, ['value', 'encoding']);
      checkCodec('options.value', value);
      oneOf('options.encoding', encoding, ['text', 'base64']);
      return createClient(base, new ValueCodec<V2>(value as typeof options.value & {}, encoding), {
        ...defaults,
        ...more,
      });
    },
    use: (filter) => createClient(base.use(callable('filter', filter)), code, defaults),

    read: (key, options) => read('read', key, options),
    get: (key, options) => ifAny(read('get', key, options).pipe(map(({ node }) => node)), undefined),
    exists: (key, options) => ifAny(read('exists', key, options).pipe(map(() => true)), false),

    set: write('set', undefined),
    create: write('create', false),
    update: write('update', true),
    compareAndSwap: (key, value, condition, options) =>
      keyed('compareAndSwap', key, options, WRITE, (path, o) =>
        writing(
          path,
          { value: code.text(value), ...writeFields(o) },
          conditionFields(condition, code, ['prevValue', 'prevIndex', 'prevExist'])
        )
      ),
    compareAndDelete: (key, condition, options) =>
      keyed('compareAndDelete', key, options, [], (path) => ({
        ...{ kind: 'delete', key: path, flags: {} },
        conditions: conditionFields(condition, code, ['prevValue', 'prevIndex']),
      })),
    createInOrder: (directory, value, options) =>
      keyed('createInOrder', directory, options, ['ttl'], (path, o) => ({
        ...{ kind: 'post', key: path },
        fields: { value: code.text(value), ...ttlField(o) },
      })),
    refresh: (key, ttl, options) =>
      keyed('refresh', key, options, [], (path) =>
        writing(path, { ttl: seconds('ttl', ttl), refresh: true }, { prevExist: true })
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
      keyed('delete', key, options, ['recursive'], (path, { recursive }) => ({
        ...{ kind: 'delete', key: path, conditions: {} },
        flags: { recursive: ifSet('options.recursive', recursive) },
      })),
    mkdir: (directory, options) =>
      keyed('mkdir', directory, options, ['ttl'], (path, o) =>
        writing(path, { dir: true, ...ttlField(o) }, { prevExist: false })
      ),
    rmdir: (directory, options) =>
      keyed('rmdir', directory, options, ['recursive'], (path, { recursive }) => ({
        ...{ kind: 'delete', key: path, conditions: {} },
        flags: { dir: true, recursive: ifSet('options.recursive', recursive) },
      })),

    ...watching(base, code),
    ...base.cluster(defaults),
    close: base.close,
  };
  return inspectable(client, 'EtcdV2', () => {
    const { state } = client;
    return state.kind === 'connected'
      ? { state: state.kind, member: formatEndpoint(state.endpoint) }
      : { state: state.kind };
  });
}
