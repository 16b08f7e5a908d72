import { type SchedulerLike, asapScheduler, asyncScheduler } from 'rxjs';
import { array, callable, clock, duration, integer, knownKeys, optionsObject, patience, text } from '../core/check.js';
import type { Actions, Caller } from './types.js';

/** The most that a bridge holds for its callers. A request for more is refused. */
export interface BridgeLimits {
  /** Lines of all callers together. Default 10,000. */
  readonly lines?: number;
  /** Lines of one caller. Default 100. */
  readonly linesOfCaller?: number;
  /** Values on one line. Default 200. */
  readonly values?: number;
  /** Different values on all lines together, with those that linger. Default 10,000. */
  readonly watches?: number;
  /** Actions of all callers that are under way together. Default 1000. */
  readonly actions?: number;
  /** Actions of one caller that are under way together. Default 100. */
  readonly actionsOfCaller?: number;
  /** Bytes of one value, encoded. Default 1 MiB. */
  readonly valueBytes?: number;
  /** Bytes of one request. Default 64 KiB. */
  readonly requestBytes?: number;
}

/** Where an error came from, for the log of a server. */
export interface BridgeErrorPlace {
  /** The source or the action; `undefined` for `authorize`. */
  readonly name?: string | undefined;
}

/** The rules of a bridge. */
export interface BridgeOptions<C extends Caller, A extends Actions<C> = Actions<C>> {
  /**
   * Says who sends a request, or returns `undefined` to refuse it (`UNAUTHORIZED`). It is asked for each request: for
   * each line, for each change of a line, and for each action. It may throw a `BridgeError` to refuse with a message.
   */
  readonly authorize: (request: Request) => C | undefined | PromiseLike<C | undefined>;
  /** The changes that pages may ask for. Default: none. */
  readonly actions?: A;
  /**
   * The origins of pages that may use the bridge, such as `'https://app.example.org'`, beside pages of the same host.
   * Pages of another origin also need the headers of CORS, which are up to your framework.
   */
  readonly origins?: readonly string[];
  /** The most that the bridge holds. */
  readonly limits?: BridgeLimits;
  /** Milliseconds between two signs of life on a line. Default 15,000. */
  readonly heartbeat?: number;
  /** Milliseconds for which a value without a line is watched further, for pages that return. Default 5000. */
  readonly linger?: number;
  /** Milliseconds after which a line ends, so that its page is authorized again. Default 3,600,000: an hour. */
  readonly maxAge?: number;
  /** Is told each error of sources, actions and `authorize`, whole, for a log. It must not throw. */
  readonly onError?: (error: unknown, place: BridgeErrorPlace) => void;
  /** The clock. Default: RxJS's `asyncScheduler`, and `asapScheduler` for the end of a turn. */
  readonly scheduler?: SchedulerLike;
}

const LIMITS: Required<BridgeLimits> = {
  lines: 10_000,
  linesOfCaller: 100,
  values: 200,
  watches: 10_000,
  actions: 1000,
  actionsOfCaller: 100,
  valueBytes: 1024 * 1024,
  requestBytes: 64 * 1024,
};

const KEYS: ReadonlyArray<keyof BridgeOptions<Caller>> = [
  ...(['authorize', 'actions', 'origins', 'limits', 'heartbeat', 'linger', 'maxAge', 'onError', 'scheduler'] as const),
];

/** The options, checked, with their defaults. */
export function checkedOptions<C extends Caller>(options: BridgeOptions<C>) {
  const {
    authorize,
    actions = {},
    origins = [],
    limits = {},
    heartbeat = 15_000,
    linger = 5000,
  } = knownKeys('options', options, KEYS);
  const { maxAge = 3_600_000, onError = () => {}, scheduler } = options;
  knownKeys('options.limits', limits, Object.keys(LIMITS));
  const all = { ...LIMITS, ...limits };
  for (const [name, limit] of Object.entries(all)) integer(`options.limits.${name}`, limit, 1, 2 ** 31 - 1);
  for (const [i, origin] of array('options.origins', origins).entries()) text(`options.origins[${i}]`, origin);
  return {
    authorize: callable('options.authorize', authorize),
    actions: optionsObject('options.actions', actions),
    origins,
    limits: all,
    heartbeat: duration('options.heartbeat', heartbeat),
    linger: patience('options.linger', linger),
    maxAge: duration('options.maxAge', maxAge),
    onError: callable('options.onError', onError),
    time: scheduler === undefined ? asyncScheduler : clock('options.scheduler', scheduler),
    turn: scheduler ?? asapScheduler,
  };
}

/** The options as {@link checkedOptions} returns them. */
export type CheckedOptions<C extends Caller> = ReturnType<typeof checkedOptions<C>>;
