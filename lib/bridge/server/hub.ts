import { type Observable, catchError, defer, finalize, last, map, of, tap, throwError } from 'rxjs';
import { type CoordinationError, isCoordinationError } from '../../core/errors.js';
import { BridgeError } from '../shared/bridgeError.js';
import type { CheckedOptions } from '../bridgeOptions.js';
import type { Action, Caller, Source, Sources } from '../types.js';
import type { Line } from './line.js';
import { encodeForPage } from './encodeForPage.js';
import { Lines } from './lines.js';
import { type Addition, message } from './message.js';
import { Places } from './places.js';
import { WatchPool } from './watchPool.js';

/** How much a bridge holds now. */
export interface BridgeSizes {
  readonly lines: number;
  /** Different values that are watched for them. */
  readonly watches: number;
  /** Actions under way. */
  readonly actions: number;
}

/** A bridge without HTTP: lines, and the answers to requests. */
export class Hub {
  readonly #sources: Sources<never>;
  readonly #options: CheckedOptions<Caller>;
  readonly #lines: Lines;
  readonly #pool: WatchPool;
  readonly #actions: Places;
  #closed = false;

  constructor(sources: Sources<never>, options: CheckedOptions<Caller>) {
    this.#sources = sources;
    this.#options = options;
    this.#lines = new Lines(options);
    this.#pool = new WatchPool(options);
    this.#actions = new Places('actions', options.limits.actions, options.limits.actionsOfCaller);
  }

  /** How many lines there are, how many values are watched, and how many actions are under way. */
  get sizes(): BridgeSizes {
    return { lines: this.#lines.size, watches: this.#pool.size, actions: this.#actions.size };
  }

  /** Begins a line. */
  open(caller: Caller): Line {
    this.#refuseIfClosed();
    return this.#lines.open(caller);
  }

  /**
   * Does the work of a request.
   *
   * - **Emits** the answer, encoded, and completes.
   * - **Errors** with a `CoordinationError`, which the page may see after `encodeForPage`.
   * - **Unsubscribing** stops an action.
   */
  answer(caller: Caller, text: string): Observable<string> {
    return defer(() => {
      this.#refuseIfClosed();
      const request = message(text);
      if (request.kind === 'action') return this.#act(caller, request.name, request.input);
      const line = this.#lines.find(request.line, caller);
      for (const number of request.drop) line.drop(number);
      const { add } = request;
      const numbers = new Set(add.map(({ number }) => number));
      if (line.size + numbers.size > this.#options.limits.values)
        throw new BridgeError('TOO_MANY', `a line has at most ${this.#options.limits.values} values`);
      if (numbers.size < add.length || add.some(({ number }) => line.has(number)))
        throw new BridgeError('BAD_REQUEST', 'there is a value with this number');
      for (const each of add) this.#add(line, each);
      return of('{}');
    });
  }

  /** Ends all lines and watches. Later requests are refused. */
  close(): void {
    this.#closed = true;
    this.#lines.close();
    this.#pool.close();
  }

  #add(line: Line, { number, name, parameters, tag }: Addition): void {
    try {
      const source = own<Source<unknown> | (() => Observable<unknown>)>(this.#sources, name, 'value');
      if (typeof source === 'function') {
        if (parameters !== undefined) throw new BridgeError('BAD_PARAMETERS', 'this value has none');
        return line.show(number, this.#pool.share(name, name, source), tag);
      }
      const checked = this.#checked(name, () => source.check(parameters, line.caller));
      const key = encodeForPage([name, checked], this.#options.limits.requestBytes * 4);
      line.show(
        number,
        this.#pool.share(key, name, () => source.watch(checked)),
        tag
      );
    } catch (error) {
      line.refuse(number, error);
    }
  }

  #act(caller: Caller, name: string, input: unknown): Observable<string> {
    const action = own<Action>(this.#options.actions, name, 'action');
    const checked = this.#checked(name, () => action.check(input, caller));
    const leave = this.#actions.take(caller);
    return defer(() => action.run(checked, caller)).pipe(
      last(() => true, undefined as unknown),
      map((result) => encodeForPage(result, this.#options.limits.valueBytes)),
      tap({ error: (error: unknown) => this.#options.onError(error, { name }) }),
      catchError((error: unknown) => throwError(() => typed(error, 'FAILED'))),
      finalize(leave)
    );
  }

  /** The result of a check of the server. An error of it that is not typed becomes a refusal without details. */
  #checked(name: string, check: () => unknown): unknown {
    try {
      return check();
    } catch (error) {
      this.#options.onError(error, { name });
      throw typed(error, 'BAD_PARAMETERS');
    }
  }

  #refuseIfClosed(): void {
    if (this.#closed) throw new BridgeError('UNAVAILABLE', 'the server ends');
  }
}

/** The error itself if the page may see its code; otherwise one that says nothing of it. */
export function typed(error: unknown, code: 'FAILED' | 'BAD_PARAMETERS'): CoordinationError {
  if (isCoordinationError(error)) return error;
  if (code === 'BAD_PARAMETERS') return new BridgeError(code, 'the server refuses these parameters');
  return new BridgeError(code, 'the server has an error of its own', { effect: 'unknown' });
}

/** The entry with this name; names of `Object.prototype` are none. */
function own<T>(record: object, name: string, kind: string): T {
  if (Object.hasOwn(record, name)) return (record as Record<string, T>)[name]!;
  throw new BridgeError('UNKNOWN_NAME', `there is no ${kind} with this name`);
}
