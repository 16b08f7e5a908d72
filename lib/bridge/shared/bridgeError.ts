import { CoordinationError, type Effect, type ErrorLayer } from '../../core/errors.js';

declare module '../../core/errors.js' {
  interface KnownErrors {
    readonly bridge: BridgeError;
  }
}

/** The words of the bridge itself; its documentation in docs/errors.md. */
export type BridgeErrorCode =
  | 'LINE_LOST'
  | 'PAUSED'
  | 'ENDED'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'BAD_REQUEST'
  | 'BAD_PARAMETERS'
  | 'UNKNOWN_NAME'
  | 'UNKNOWN_LINE'
  | 'OVER_LIMIT'
  | 'TOO_MANY'
  | 'UNAVAILABLE'
  | 'FAILED';

/** The parts of an error that travel over a bridge. */
export interface RemoteErrorFacts {
  /** Default `'server'`. */
  readonly layer?: ErrorLayer;
  /** Default `'none'`. */
  readonly effect?: Effect | undefined;
  /** Of a wrong argument: its name. */
  readonly argument?: string;
  readonly cause?: unknown;
}

/**
 * An error that the server of a bridge has sent. It has the `code`, `layer` and `effect` of the error on the server,
 * and not its class. A message comes with mistakes of the caller and with {@link BridgeError}s only: those of other
 * errors could name hosts and paths. Paths, causes and stacks never travel.
 */
export class RemoteError extends CoordinationError {
  declare readonly layer: ErrorLayer;
  declare readonly effect: Effect;
  /** Of a wrong argument: its name. */
  declare readonly argument?: string;

  constructor(
    code: string,
    message: string,
    { layer = 'server', effect = 'none', argument, cause }: RemoteErrorFacts = {}
  ) {
    super(code, message, { cause });
    this.layer = layer;
    this.effect = effect;
    if (argument !== undefined) this.argument = argument;
  }
}

/**
 * An error of a bridge itself. The functions of a server may throw one too: its code and its message reach the page.
 *
 * @example
 * ```ts
 * import { BridgeError } from 'quorum-rx/bridge';
 *
 * const mayPaint = (name: string) => {
 *   if (name !== 'eve') throw new BridgeError('FORBIDDEN', 'only eve may paint');
 * };
 * ```
 */
export class BridgeError extends RemoteError {
  /** `'transport'`: try again. `'session'`: about the caller. `'protocol'`: about the request or the value. */
  declare readonly layer: 'transport' | 'session' | 'protocol';
  declare readonly code: BridgeErrorCode;

  constructor(code: BridgeErrorCode, message: string, facts: Omit<RemoteErrorFacts, 'layer'> = {}) {
    super(code, message, { ...facts, layer: layerOf(code) });
  }
}

function layerOf(code: BridgeErrorCode): BridgeError['layer'] {
  if (/^(L|P|T|UNAV)/.test(code)) return 'transport'; // LINE_LOST, PAUSED, TOO_MANY, UNAVAILABLE
  return /^(UNAU|FO)/.test(code) ? 'session' : 'protocol'; // UNAUTHORIZED, FORBIDDEN
}
