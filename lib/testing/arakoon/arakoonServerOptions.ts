import type { TlsOptions } from 'node:tls';
import { type SchedulerLike, asyncScheduler } from 'rxjs';
import { bytes, callable, clock, duration, flag, integer, knownKeys, text } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';
import type { UserFunctions, UserHooks } from './types.js';

/** A request, as {@link ArakoonServerOptions.faults} sees it before it is served. */
export interface ArakoonFaultRequest {
  /** The node that is to answer it. */
  readonly node: string;
  /** As the client's method is called: `get`, `testAndSet`, `whoMaster`. */
  readonly operation: string;
  /** The number of the command. */
  readonly tag: number;
  /** The key, as text, of a command that has one. */
  readonly key: string | undefined;
}

/**
 * A fault of one request. `'cut'`: the link is cut before the request is served. `'cutAfter'`: it is cut after that, so
 * that the reply is lost. `delay`: the request is served so many milliseconds later, and the later ones of its
 * connection too. `error`: it is refused with this number.
 */
export type ArakoonFault =
  'cut' | 'cutAfter' | { readonly delay: number } | { readonly error: number; readonly message?: string };

/**
 * The options of a cluster. Times are in milliseconds. Defaults are those of a real one, unless an option says
 * otherwise.
 */
export interface ArakoonServerOptions {
  /** The id of the cluster. Default `arakoon`. */
  readonly id?: string;
  /** The names of its nodes. Default one: `arakoon_0`. */
  readonly nodes?: readonly string[];
  /** The first master; `null`: none, until {@link EmbeddedArakoon.electMaster}. Default: the first node. */
  readonly master?: string | null;
  /**
   * How long a master is one without hearing from the others. Default 1000, so that tests need not wait long; a real
   * one's is 10,000.
   */
  readonly lease?: number;
  /** How many transactions the other nodes are behind the master. Default 0; see {@link EmbeddedArakoon.lag}. */
  readonly lag?: number;
  /** A boolean. Whether writes are refused. Default `false`. */
  readonly readonly?: boolean;
  /** The version to imitate, `1.4.0` to `1.9`. Later commands are refused as that version would. Default `1.9.25`. */
  readonly version?: string;
  /** How it was made, as the command `version` tells it. */
  readonly build?: string;
  /** The first entries. */
  readonly entries?: Readonly<Record<string, string | Uint8Array>>;
  /**
   * The address to listen at. Default `127.0.0.1`: this machine alone. Every node has a port of its own, any free one.
   */
  readonly host?: string;
  /** TLS instead of plain TCP, with these options of Node's: `{ key, cert, ca, requestCert }`. */
  readonly tls?: TlsOptions;
  /** How many clients a node takes in. Default 10,000. */
  readonly maxConnections?: number;
  /** Values from this size on are refused, in bytes, but in sequences. Default 8,388,608. */
  readonly maxValueSize?: number;
  /** The largest update, in bytes. Default 33,554,432. */
  readonly maxUpdateSize?: number;
  /** How many logs each node has to collapse. Default 3. */
  readonly tlogs?: number;
  /** How long collapsing one of them takes. Default 0. */
  readonly collapseTime?: number;
  readonly userFunctions?: UserFunctions;
  readonly userHooks?: UserHooks;
  /**
   * Called for every request; returns its fault, if it is to have one. An unknown fault is a `UsageError`, which is
   * thrown uncaught.
   */
  readonly faults?: (request: ArakoonFaultRequest) => ArakoonFault | undefined;
  /** Timers. Default: RxJS's `asyncScheduler`; give a virtual one to turn time by hand. */
  readonly scheduler?: SchedulerLike;
  /** The wall clock, for statistics. Default `Date.now`, or the scheduler's clock if there is one. */
  readonly now?: () => number;
}

/** The options with their defaults, checked. */
export interface ArakoonServerSettings extends Required<Omit<ArakoonServerOptions, 'version' | 'tls' | 'faults'>> {
  /** `1.9.25` is 10,925. */
  readonly version: number;
  readonly tls: TlsOptions | undefined;
  readonly faults: ArakoonServerOptions['faults'];
}

const KEYS: readonly (keyof ArakoonServerOptions)[] = [
  ...([
    'id',
    'nodes',
    'master',
    'lease',
    'lag',
    'readonly',
    'version',
    'build',
    'entries',
    'host',
    'tls',
    'maxConnections',
    'maxValueSize',
  ] as const),
  ...(['maxUpdateSize', 'tlogs', 'collapseTime', 'userFunctions', 'userHooks', 'faults', 'scheduler', 'now'] as const),
];
const MIB = 1024 ** 2;
const MANY = 2 ** 31 - 1;

/** Fills in the defaults. Throws a `UsageError` that names the option at fault. */
export function arakoonServerSettings(options: ArakoonServerOptions): ArakoonServerSettings {
  const { scheduler, ...o } = knownKeys('options', options, KEYS);
  const nodes = nodesOf(o.nodes ?? ['arakoon_0']);
  const master = o.master === undefined ? nodes[0]! : o.master;
  if (master !== null && !nodes.includes(master))
    throw new UsageError('options.master', `must be one of the nodes, not ${JSON.stringify(master)}`);
  return {
    nodes,
    master,
    id: text('options.id', o.id ?? 'arakoon'),
    lease: duration('options.lease', o.lease ?? 1000),
    lag: integer('options.lag', o.lag ?? 0, 0, MANY),
    readonly: flag('options.readonly', o.readonly ?? false),
    version: versionOf(o.version ?? '1.9.25'),
    build: text('options.build', o.build ?? 'revision: "quorum-rx"\ncompiled: ""\nmachine: ""\n'),
    entries: eachOf(
      'options.entries',
      o.entries ?? {},
      (name, value) => typeof value !== 'string' && bytes(name, value)
    ),
    host: text('options.host', o.host ?? '127.0.0.1'),
    tls: o.tls === undefined ? undefined : eachOf('options.tls', o.tls, () => undefined),
    maxConnections: integer('options.maxConnections', o.maxConnections ?? 10_000, 0, MANY),
    maxValueSize: integer('options.maxValueSize', o.maxValueSize ?? 8 * MIB, 1, MANY),
    maxUpdateSize: integer('options.maxUpdateSize', o.maxUpdateSize ?? 32 * MIB, 1, MANY),
    tlogs: integer('options.tlogs', o.tlogs ?? 3, 0, MANY),
    collapseTime: integer('options.collapseTime', o.collapseTime ?? 0, 0, MANY),
    userFunctions: eachOf('options.userFunctions', o.userFunctions ?? {}, callable),
    userHooks: eachOf('options.userHooks', o.userHooks ?? {}, callable),
    faults: o.faults === undefined ? undefined : callable('options.faults', o.faults),
    scheduler: clock('options.scheduler', scheduler ?? asyncScheduler),
    now:
      o.now !== undefined ? callable('options.now', o.now) : scheduler === undefined ? Date.now : () => scheduler.now(),
  };
}

function nodesOf(nodes: readonly string[]): readonly string[] {
  if (
    Array.isArray(nodes) &&
    nodes.length > 0 &&
    nodes.every((name) => typeof name === 'string' && name !== '') &&
    new Set(nodes).size === nodes.length
  )
    return nodes as readonly string[];
  throw new UsageError('options.nodes', 'must be names, at least one, and no two the same');
}

/** An object, each of whose values is checked. */
function eachOf<T extends object>(argument: string, value: T, check: (argument: string, value: never) => unknown): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(argument, 'must be an object');
  for (const [key, each] of Object.entries(value)) check(`${argument}.${key}`, each as never);
  return value;
}

function versionOf(version: string): number {
  const [, minor, patch] = /^1\.([4-9])(?:\.(\d{1,2}))?$/.exec(text('options.version', version)) ?? [];
  if (minor === undefined)
    throw new UsageError(
      'options.version',
      `must be from '1.4' to '1.9', as in '1.9.25', not ${JSON.stringify(version)}`
    );
  return 10_000 + Number(minor) * 100 + Number(patch ?? 0);
}
