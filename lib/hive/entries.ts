import { type MonoTypeOperatorFunction, type Observable, concatMap, map, of, retry, tap, throwError } from 'rxjs';
import { valueFault } from '../core/codecs.js';
import { type ErrorCode, isCoordinationError } from '../core/errors.js';
import type { Codecs } from './codecs/codecs.js';
import type { HiveGround } from './hiveGround.js';
import { type FoundContent, contentOf, hasContent, wholeOf } from './content/contentOf.js';
import { withMark } from './heads/withMark.js';
import type { KnownVersion } from './heads/deletions.js';
import type { FoundHead } from './heads/foundHead.js';
import type { WriteCondition } from './heads/heads.js';
import { HiveError } from './hiveError.js';
import { writeHead } from './heads/writeHead.js';
import type { Writer } from './writer.js';
import type { Modified, SwapResult } from './types.js';

/** How often a change is tried again that others are faster than. */
const MOST_TRIES = 100;

/** Reads of values, and changes that depend on the value that is there. */
export class Entries<T, V> {
  readonly #ground: HiveGround<V>;
  readonly #codecs: Codecs<T>;
  readonly #writer: Writer<T, V>;

  constructor(ground: HiveGround<V>, codecs: Codecs<T>, writer: Writer<T, V>) {
    this.#ground = ground;
    this.#codecs = codecs;
    this.#writer = writer;
  }

  get(alias: string, operation: string, latest: boolean): Observable<T> {
    return contentOf(this.#ground, alias, operation, latest, (found) => this.decode(found, alias, operation));
  }

  /** The value in content. Throws a `ValueError`. */
  decode({ head, content }: FoundContent<V>, alias: string, operation: string): T {
    try {
      return this.#codecs.decode(head.codec, content);
    } catch (error) {
      throw valueFault(error, { operation, path: alias });
    }
  }

  /** Changes an entry, and emits the value that it had. */
  exchange(
    alias: string,
    operation: string,
    change: (known: KnownVersion<V>) => Observable<unknown>,
    ifVersion: V | undefined
  ): Observable<T> {
    return this.#ground.heads.needForChange(alias, operation).pipe(
      tap((found) => checkVersion(found, ifVersion, alias, operation)),
      concatMap((found) => wholeOf(this.#ground, alias, operation, found)),
      concatMap((found) => {
        const value = this.decode(found, alias, operation);
        return change(found).pipe(map(() => value));
      }),
      again(contention(ifVersion))
    );
  }

  /** Changes an entry if it has the content of this value. */
  exchangeIf(
    alias: string,
    operation: string,
    expected: T,
    change: (known: KnownVersion<V>) => Observable<unknown>,
    ifVersion: V | undefined
  ): Observable<SwapResult<T>> {
    const content = this.#writer.encode(expected, operation, alias);
    const ground = this.#ground;
    return ground.heads.needForChange(alias, operation).pipe(
      tap((found) => checkVersion(found, ifVersion, alias, operation)),
      concatMap((found) => {
        const swap = () => change(found).pipe(map(() => ({ swapped: true, value: expected })));
        const isOwn = found.head.codec === this.#codecs.own.name;
        if (isOwn && hasContent(found, content)) return swap();
        return wholeOf(ground, alias, operation, found).pipe(
          concatMap((whole) => {
            if (isOwn && this.#holds(whole, expected, alias, operation)) return swap();
            return of({ swapped: false, value: this.decode(whole, alias, operation) });
          })
        );
      }),
      again(contention(ifVersion))
    );
  }

  /** Writes the result of a function of the value, or of `undefined` where there is no entry. */
  modify(
    alias: string,
    change: (value: T | undefined) => T,
    expires: Date | number | undefined
  ): Observable<Modified<T, V>> {
    const operation = 'modify';
    const { heads } = this.#ground;
    return heads.storedForChange(alias, operation).pipe(
      concatMap((found) =>
        found === undefined || heads.isOver(found.head) ? of(undefined) : wholeOf(this.#ground, alias, operation, found)
      ),
      concatMap((found) => {
        const before = found && this.decode(found, alias, operation);
        const value = change(before);
        if (found !== undefined && value === before) return of({ value, version: found.version });
        const condition: WriteCondition<V> =
          found === undefined
            ? { kind: 'absent' }
            : { kind: 'version', version: found.version, deletions: found.deletions };
        const content = this.#writer.encode(value, operation, alias);
        const written$ = this.#writer.write({ operation, alias, condition, expires }, content);
        return written$.pipe(map((version) => ({ value, version })));
      }),
      again([...contention(undefined), 'ALIAS_ALREADY_EXISTS', 'ALIAS_NOT_FOUND'])
    );
  }

  /** Changes when an entry runs out. **Emits** its version. */
  expire(alias: string, expires: Date | number | undefined, ifVersion: V | undefined): Observable<V> {
    const ground = this.#ground;
    const operation = 'expire';
    return ground.heads.needForChange(alias, operation).pipe(
      tap((found) => checkVersion(found, ifVersion, alias, operation)),
      concatMap(({ head, version, deletions }) => {
        const expiresAt = this.#writer.expiresAt(expires);
        const condition = { kind: 'version' as const, version, deletions };
        const write$ = writeHead(ground, { alias, head: { ...head, expiresAt }, condition, operation });
        return withMark(ground, alias, expiresAt, write$);
      }),
      again(contention(ifVersion))
    );
  }

  /** Asks a codec that makes other bytes of one value each time. */
  #holds({ content }: FoundContent<V>, expected: T, alias: string, operation: string): boolean {
    try {
      return this.#codecs.own.holds?.(content, expected) === true;
    } catch (error) {
      throw valueFault(error, { operation, path: alias });
    }
  }
}

/** Begins again when the error has one of these codes: another client was faster. */
function again<R>(codes: readonly ErrorCode[]): MonoTypeOperatorFunction<R> {
  return retry({
    count: MOST_TRIES,
    delay: (error: unknown) => (isCoordinationError(error, ...codes) ? of(undefined) : throwError(() => error)),
  });
}

/** The errors after which a change of one version, or of any, may begin again. */
function contention(ifVersion: unknown): readonly ErrorCode[] {
  return ifVersion === undefined ? ['VERSION_CONFLICT', 'ENTRY_CHANGED'] : ['ENTRY_CHANGED'];
}

/** Refuses an entry of another version than the one that was asked for. */
export function checkVersion<V>(
  { version }: FoundHead<V>,
  ifVersion: V | undefined,
  alias: string,
  operation: string
): void {
  if (ifVersion !== undefined && version !== ifVersion) throw new HiveError('VERSION_CONFLICT', alias, operation);
}
