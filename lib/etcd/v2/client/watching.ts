import { EMPTY, type Observable, catchError, concatMap, defer, from, map, throwError } from 'rxjs';
import { sound } from '../../../client/sound.js';
import { abortSignal, flag, knownKeys } from '../../../core/check.js';
import { valueFault } from '../../../core/codecs.js';
import type { ErrorContext } from '../../../core/errors.js';
import { type Watched, freshness } from '../../../core/watched.js';
import type { EtcdV2Node } from '../protocol/answer.js';
import { refused } from '../protocol/etcdV2Error.js';
import { normalKey } from '../protocol/keyPath.js';
import { type ValueCodec } from '../protocol/valueCodec.js';
import type { EtcdV2Event } from '../types.js';
import type { Step } from '../watch/follow.js';
import { isClosed, watchValue } from '../watch/watchValue.js';
import type { Backing } from './backing.js';
import type { EtcdV2 } from './etcdV2.js';
import { index } from './fields.js';

/** The methods that tell of changes. */
export function watching<V>(
  base: Pick<Backing, 'follow' | 'events' | 'wait'>,
  code: ValueCodec<V>
): Pick<EtcdV2<V>, 'watch' | 'watchTree' | 'events' | 'wait'> {
  return {
    watch: (key) =>
      sound(
        'watch',
        () => {
          const path = normalKey(key);
          const context = { operation: 'watch', path };
          return watchValue(base.follow(path, false, context), (tree) => found(tree, code, path));
        },
        () => key
      ),
    watchTree: (directory) =>
      sound(
        'watchTree',
        () => {
          const path = normalKey(directory, 'directory');
          const context = { operation: 'watchTree', path };
          return defer(() => {
            const shown = new WeakMap<EtcdV2Node, EtcdV2Node<V>>(); // of nodes that have not changed
            return watchValue<EtcdV2Node<V>, unknown>(base.follow(path, true, context), (tree) =>
              tree === undefined
                ? { kind: 'absent', stale: false }
                : { kind: 'present', value: code.tolerant(tree, 'watchTree', shown), stale: false }
            );
          });
        },
        () => directory
      ),
    events: (key, options = {}) =>
      sound(
        'events',
        () => {
          const { recursive = false, after } = knownKeys('options', options, EVENTS);
          const path = normalKey(key);
          flag('options.recursive', recursive);
          const next = after === undefined ? undefined : index('options.after', after) + 1;
          const context = { operation: 'events', path };
          return events(base.events(path, { recursive, next }, context), code, context);
        },
        () => key
      ),
    wait: (key, options = {}) =>
      sound(
        'wait',
        () => {
          const { recursive = false, waitIndex, signal } = knownKeys('options', options, WAIT);
          const path = normalKey(key);
          const context = { operation: 'wait', path };
          if (signal !== undefined) abortSignal('options.signal', signal);
          const next = waitIndex === undefined ? undefined : index('options.waitIndex', waitIndex);
          flag('options.recursive', recursive);
          return base
            .wait(path, { recursive, next, signal }, context)
            .pipe(map((result) => code.result(result, context)));
        },
        () => key
      ),
  };
}

const EVENTS = ['recursive', 'after'] as const;
const WAIT = ['recursive', 'waitIndex', 'signal'] as const;

function events<V>(step$: Observable<Step>, code: ValueCodec<V>, context: ErrorContext): Observable<EtcdV2Event<V>> {
  return step$.pipe(
    concatMap((step): Observable<EtcdV2Event<V>> => {
      if (step.kind === 'denied') return throwError(() => step.cause);
      const resync = step.kind === 'resync';
      if (step.kind === 'event' || resync)
        return from(resync ? step.events : [step.event]).pipe(
          map((event) => ({ ...code.result(event, context), resync }))
        );
      return EMPTY;
    }),
    catchError((error: unknown) => (isClosed(error) ? EMPTY : throwError(() => error)))
  );
}

function found<V>(
  node: EtcdV2Node | undefined,
  code: ValueCodec<V>,
  path: string
): Watched<V, { readonly node: EtcdV2Node<V> }> {
  const context = { operation: 'watch', path };
  if (node === undefined) return { kind: 'absent', ...freshness(undefined) };
  if (node.dir) return { kind: 'unreadable', error: refused(102, path, 0, context), stale: false };
  try {
    const shown = code.node(node, context);
    return { kind: 'present', value: shown.value as V, node: shown, stale: false };
  } catch (error) {
    return { kind: 'unreadable', error: valueFault(error, context), stale: false };
  }
}
