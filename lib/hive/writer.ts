import { type Observable, defer, map, takeLast } from 'rxjs';
import { valueFault } from '../core/codecs.js';
import { UsageError } from '../core/errors.js';
import { raise } from '../core/failures.js';
import type { Codecs } from './codecs/codecs.js';
import type { HiveGround } from './hiveGround.js';
import { withMark } from './heads/withMark.js';
import type { WriteCondition } from './heads/heads.js';
import { upload } from './upload/upload.js';
import { writeHead } from './heads/writeHead.js';

/** One write of an entry. */
export interface Write<V> {
  readonly operation: string;
  readonly alias: string;
  readonly condition: WriteCondition<V>;
  readonly expires: Date | number | undefined;
}

/** Writes values of any size as entries. */
export class Writer<T, V> {
  readonly #ground: HiveGround<V>;
  readonly #codecs: Codecs<T>;

  constructor(ground: HiveGround<V>, codecs: Codecs<T>) {
    this.#ground = ground;
    this.#codecs = codecs;
  }

  /** The content that a value has in an entry. Throws a `ValueError`, or a `UsageError` when it is too large. */
  encode(value: T, operation: string, alias: string): Uint8Array {
    const { maxObjectBytes } = this.#ground.settings;
    let content: Uint8Array;
    try {
      content = this.#codecs.encode(value);
    } catch (error) {
      throw valueFault(error, { operation, path: alias });
    }
    if (content.length <= maxObjectBytes) return content;
    throw new UsageError('value', `has ${content.length} bytes, and may have ${maxObjectBytes}; see maxObjectBytes`, {
      code: 'TOO_LARGE',
    });
  }

  /** Writes content. **Emits** the version of the entry. */
  write({ operation, alias, condition, expires }: Write<V>, content: Uint8Array): Observable<V> {
    const ground = this.#ground;
    const codec = this.#codecs.own.name;
    const { length: size } = content;
    if (expires === undefined && size <= ground.settings.inlineBytes)
      return writeHead(ground, { alias, head: { codec, size, content }, condition, operation });
    return defer(() => {
      const expiresAt = this.expiresAt(expires);
      const write$ =
        size <= ground.settings.inlineBytes
          ? writeHead(ground, { alias, head: { codec, size, expiresAt, content }, condition, operation })
          : upload(ground, { alias, codec, source: content, condition, expiresAt, resume: undefined, operation }).pipe(
              takeLast(1),
              map(({ version }) => version!)
            );
      return withMark(ground, alias, expiresAt, write$);
    });
  }

  /** When an entry that is written now runs out. */
  expiresAt(expires: Date | number | undefined): number | undefined {
    if (expires === undefined) return undefined;
    const isDate = expires instanceof Date;
    const at = isDate ? expires.getTime() : this.#ground.settings.scheduler.now() + expires;
    if (Number.isFinite(at) && (isDate || expires > 0)) return at;
    return raise(new UsageError('options.expires', 'must be a date, or milliseconds above 0'));
  }
}
