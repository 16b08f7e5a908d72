/** Which part of the stack an error was born in; it decides who can do something about it. */
export type ErrorLayer = 'usage' | 'transport' | 'protocol' | 'session' | 'server';

/**
 * Whether the request that failed has changed something.
 *
 * - `'none'`: the server did not apply it, or there was nothing to apply (a read). Safe to send again.
 * - `'unknown'`: it may or may not have been applied. Read before you retry a write.
 */
export type Effect = 'none' | 'unknown';

/** The place and the operation of an error. Every field may be missing. */
export interface ErrorContext {
  /** The node, as the caller named it. */
  readonly path?: string | undefined;
  /** The operation, as the client's method is called. */
  readonly operation?: string | undefined;
  readonly cause?: unknown;
}

const BRAND: unique symbol = Symbol.for('quorum-rx.error') as never;

/**
 * Root of every error this library puts on an error channel.
 *
 * Match on `code` (a stable, upper-case word) and decide on `effect`; `message` is for people.
 * `instanceof CoordinationError` works even when the ESM and the CommonJS copy of the package are
 * both loaded; its subclasses follow the ordinary rule, so prefer {@link isCoordinationError} to them.
 */
export abstract class CoordinationError extends Error {
  abstract readonly layer: ErrorLayer;
  abstract readonly effect: Effect;
  /** A stable, upper-case identifier. */
  declare readonly code: string;
  declare readonly path?: string;
  declare readonly operation?: string;

  constructor(code: string, message: string, { path, operation, cause }: ErrorContext = {}) {
    super(message, cause ? { cause } : undefined);
    this.code = code;
    this.name = new.target.name;
    if (path !== undefined) this.path = path;
    if (operation !== undefined) this.operation = operation;
  }

  /** @internal */
  get [BRAND](): true {
    return true;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return this === CoordinationError ? isCoordinationError(value) : super[Symbol.hasInstance](value);
  }
}

/**
 * The errors of the package, by where they come from. Each part of the package adds its own, so a program knows the
 * codes of the stores that it imports.
 */
export interface KnownErrors {
  readonly core: UsageError | ConnectError | ConnectionLostError | ProtocolError | SessionError;
}

/** Any error of the package: a union, told apart by `layer` and `code`. */
export type KnownError = KnownErrors[keyof KnownErrors];

/** Any code of an error of the package. */
export type ErrorCode = KnownError['code'];

/** The error that has this code. */
export type ErrorOf<C extends ErrorCode> = KnownError & { readonly code: C };

/**
 * Whether it is an error of this package, and has one of the codes if any are given. A word that is no code does not
 * compile.
 *
 * The type of the error is narrowed to a union, which `layer` and `code` tell apart. This works in a browser too
 * (`quorum-rx/core`), and when two copies of the package (ESM and CommonJS) are loaded, where `instanceof` of a
 * subclass does not.
 *
 * @example
 * ```ts
 * import { isCoordinationError } from 'quorum-rx';
 *
 * zk.transaction().check('/lock').delete('/job').commit().subscribe({
 *   error: (error: unknown) => {
 *     if (isCoordinationError(error, 'NO_NODE')) console.log('there is no node for operation', error.index);
 *     else if (isCoordinationError(error) && error.layer === 'usage') console.log('a mistake of ours:', error.message);
 *   },
 * });
 * ```
 */
export function isCoordinationError(error: unknown): error is KnownError;
export function isCoordinationError<const C extends ErrorCode>(error: unknown, ...codes: C[]): error is ErrorOf<C>;
export function isCoordinationError(error: unknown, ...codes: unknown[]): boolean {
  const known = Object(error) as { code?: unknown };
  return BRAND in known && (!codes.length || codes.includes(known.code));
}

/**
 * Adds path and operation to an error that has none. The layers below know neither the caller's path nor the method.
 */
export function situated<E>(error: E, { path, operation }: ErrorContext): E {
  if (!isCoordinationError(error)) return error;
  const open = error as { path?: string; operation?: string };
  if (error.operation === undefined && operation !== undefined) open.operation = operation;
  if (error.path === undefined && typeof path === 'string') open.path = path;
  return error;
}

/** The same error, with another effect: one that concludes several requests, of which some were applied. */
export function withEffect<E>(error: E, effect: Effect): E {
  if (isCoordinationError(error)) (error as { effect: Effect }).effect = effect;
  return error;
}

/** `TOO_LARGE`: the request is larger than a server takes. `USAGE`: any other mistake in an argument. */
export type UsageErrorCode = 'USAGE' | 'TOO_LARGE';

/** The caller made a mistake: `argument` names the argument to change. Nothing was sent. */
export class UsageError extends CoordinationError {
  readonly layer = 'usage';
  declare readonly code: UsageErrorCode;
  readonly effect: Effect = 'none';
  /** Name of the argument or option at fault, as in `'path'` or `'options.ttl'`. */
  declare readonly argument: string;

  constructor(argument: string, message: string, context?: ErrorContext & { readonly code?: UsageErrorCode }) {
    super(context?.code ?? 'USAGE', `${argument}: ${message}`, context);
    this.argument = argument;
  }
}

/** Why no connection came about. */
export type ConnectErrorCode = 'CONNECT_FAILED' | 'NAME_NOT_FOUND' | 'TIMEOUT' | 'ABORTED' | 'CLOSED';

/** No connection came about: refused, name not found, TLS failed, no answer in time. Nothing was sent. */
export class ConnectError<C extends string = ConnectErrorCode> extends CoordinationError {
  readonly layer = 'transport';
  declare readonly code: C;
  readonly effect = 'none';
  constructor(message: string, context?: ErrorContext & { readonly code?: C }) {
    super(context?.code ?? 'CONNECT_FAILED', message, context);
  }
}

/** Why a request has no answer: it waited for a connection, or might not wait (`QUEUE_FULL`), or the link was lost. */
export type ConnectionLostErrorCode = 'CONNECTION_LOST' | 'QUEUE_FULL' | ConnectErrorCode;

/** The connection went away, or the answer did not come in time, while a request waited. */
export class ConnectionLostError<C extends string = ConnectionLostErrorCode> extends CoordinationError {
  readonly layer = 'transport';
  declare readonly code: C;
  /** `'none'` when the request never left this process, or was a read; else `'unknown'`. */
  readonly effect: Effect;
  constructor(message = 'connection lost', effect: Effect = 'unknown', context?: ErrorContext & { readonly code?: C }) {
    super(context?.code ?? 'CONNECTION_LOST', message, context);
    this.effect = effect;
  }
}

/** `REFUSED`: the server granted no session. `REPLY_TOO_LARGE`: the reply was skipped. `PROTOCOL`: anything else. */
export type ProtocolErrorCode = 'PROTOCOL' | 'REFUSED' | 'REPLY_TOO_LARGE';

/** The peer broke the framing or the encoding rules; its link is dropped. */
export class ProtocolError extends CoordinationError {
  readonly layer = 'protocol';
  declare readonly code: ProtocolErrorCode;
  readonly effect: Effect;
  constructor(
    message: string,
    context?: ErrorContext & { readonly code?: ProtocolErrorCode; readonly effect?: Effect }
  ) {
    super(context?.code ?? 'PROTOCOL', message, context);
    this.effect = context?.effect ?? 'unknown';
  }
}

/** Why a session can carry a request no more. */
export type SessionErrorCode = 'EXPIRED' | 'MOVED' | 'REPLACED' | 'AUTH_FAILED' | 'CLOSED';

/** The session is over, or is not the one the request was for. */
export class SessionError extends CoordinationError {
  readonly layer = 'session';
  declare readonly code: SessionErrorCode;
  readonly effect: Effect;
  constructor(code: SessionErrorCode, message: string, effect: Effect = 'none', context?: ErrorContext) {
    super(code, message, context);
    this.effect = effect;
  }
}

/** The server understood the request and refused it; `code` is its own word for why. */
export class ServerError<C extends string = string> extends CoordinationError {
  readonly layer = 'server';
  declare readonly code: C;
  /** `'unknown'` only where the store itself does not know, or where an earlier attempt may have been applied. */
  readonly effect: Effect;
  /** The number on the wire. */
  readonly number: number;
  /** For a transaction: which of its operations was refused, counted from 0. */
  declare readonly index?: number;

  constructor(
    code: C,
    number: number,
    context?: ErrorContext & { readonly index?: number; readonly message?: string; readonly effect?: Effect }
  ) {
    super(
      code,
      context?.message ??
        `${context?.operation ?? 'request'}: ${code}${context?.path === undefined ? '' : ` ${context.path}`}`,
      context
    );
    this.number = number;
    this.effect = context?.effect ?? 'none';
    if (context?.index !== undefined) this.index = context.index;
  }
}
