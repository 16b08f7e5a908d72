import type { Observable } from 'rxjs';
import { callable, integer, knownKeys } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';

/** The words for a request in its errors, and whether it only reads. */
export interface RequestDescription {
  /** The name of the operation. */
  readonly operation?: string | undefined;
  /** The name of the thing that it is about. */
  readonly path?: string | undefined;
  /** Whether it changes nothing: then the effect of a lost request is `'none'`. Default `false`. */
  readonly readOnly?: boolean | undefined;
}

/** How a protocol looks, for `multiplex`: requests `Q` go out, messages `M` come in, and `E` of them are events. */
export interface MultiplexOptions<Q, M, E extends M = never> {
  /**
   * Makes messages of the bytes that come: a batch for each chunk, as `deframe` and `splitLines` do. If it errors, the
   * link is given up. A message may be a view of its chunk: then it is valid only while it is emitted.
   */
  readonly decode: (chunk$: Observable<Uint8Array>) => Observable<readonly M[]>;
  /**
   * The bytes of a request, with everything around them. The memory belongs to the channel from then on. If it throws,
   * that request errors, and its id is used for the next one.
   *
   * @param id the id of this request, for `idOf` to find in the reply. Without `idOf`, it counts the requests
   */
  readonly encode: (request: Q, id: number) => Uint8Array;
  /** The id in a reply. Without it, replies come in the order of the requests. */
  readonly idOf?: (reply: Exclude<M, E>) => number;
  /** Whether a message is an event, and no reply. Default: none is. A type guard also gives both their types. */
  readonly isEvent?: ((message: M) => message is E) | ((message: M) => boolean);
  /** Whether a reply is the last one to its request. Default: each request has one reply. */
  readonly isLast?: (reply: Exclude<M, E>, request: Q) => boolean;
  /** The first and the last id, after which the first one comes again. Default `[1, 0x7fffffff]`. */
  readonly ids?: readonly [first: number, last: number];
  /** So many requests may wait for their replies; the others wait to be sent. Default 1,000. */
  readonly maxInFlight?: number;
  /** So many requests may wait to be sent. The next one fails with `QUEUE_FULL`. Default 100,000. */
  readonly maxQueued?: number;
  /** What errors say about a request. Default: they name none, and no request only reads. */
  readonly describe?: (request: Q) => RequestDescription;
}

/** The same, with all defaults. */
export type Protocol<Q, M> = MultiplexOptions<Q, M> &
  Required<Pick<MultiplexOptions<Q, M>, 'ids' | 'maxInFlight' | 'maxQueued'>>;

const KEYS: readonly (keyof MultiplexOptions<unknown, unknown>)[] = [
  'decode',
  'encode',
  'idOf',
  'isEvent',
  'isLast',
  'ids',
  'maxInFlight',
  'maxQueued',
  'describe',
];
const FUNCTIONS = ['idOf', 'isEvent', 'isLast', 'describe'] as const;
const MOST = 0x7fffffff;

/** Checks the options. Throws a `UsageError` that names the one at fault. */
export function protocolOf<Q, M>(options: MultiplexOptions<Q, M>): Protocol<Q, M> {
  knownKeys('options', options, KEYS);
  callable('options.decode', options.decode);
  callable('options.encode', options.encode);
  for (const name of FUNCTIONS) if (options[name] !== undefined) callable(`options.${name}`, options[name]);
  const { ids = [1, MOST], maxInFlight = 1000, maxQueued = 100_000 } = options;
  if (!Array.isArray(ids) || ids.length !== 2)
    throw new UsageError('options.ids', 'must be the first and the last id, as in [1, 65535]');
  const first = integer('options.ids[0]', ids[0], Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const last = integer('options.ids[1]', ids[1], first, Number.MAX_SAFE_INTEGER);
  integer('options.maxInFlight', maxInFlight, 1, MOST);
  integer('options.maxQueued', maxQueued, 1, MOST);
  return { ...options, ids: [first, last], maxInFlight: Math.min(maxInFlight, last - first + 1), maxQueued };
}
