import {
  EMPTY,
  type Observable,
  catchError,
  concat,
  concatMap,
  defer,
  forkJoin,
  from,
  mergeMap,
  of,
  tap,
  throwError,
} from 'rxjs';
import { sound } from '../client/sound.js';
import { callable, knownKeys, oneOf, text } from '../core/check.js';
import { UsageError, isCoordinationError } from '../core/errors.js';
import type { HiveGround } from './hiveGround.js';
import { hasContent } from './content/contentOf.js';
import { download } from './content/download.js';
import { withMark } from './heads/withMark.js';
import type { FoundHead } from './heads/foundHead.js';
import type { WriteCondition } from './heads/heads.js';
import { type HiveParts, partsOf } from './hiveParts.js';
import { aliases } from './methods/reads.js';
import { HeldSource } from './upload/pulledChunks.js';
import type { Hive } from './api/hive.js';
import { upload } from './upload/upload.js';

/** Which entries are copied, and what happens to those that are there. */
export interface CopyHiveOptions {
  /** Copies the entries whose aliases begin with this. Default: all. */
  readonly prefix?: string;
  /** An entry with other content in the target: `'replace'` it (the default), or `'keep'` it. */
  readonly onExisting?: 'replace' | 'keep';
  /** Called with the progress, beside the stream. */
  readonly onProgress?: (progress: CopyHiveProgress) => void;
}

/** How far a copy has come. */
export interface CopyHiveProgress {
  /** `'done'` in the last one. */
  readonly phase: 'copying' | 'done';
  /** Entries to look at. */
  readonly entries: number;
  /** Entries that were copied. */
  readonly copied: number;
  /** Entries that were left: the target has the same, or keeps its own, or the source has it no more. */
  readonly skipped: number;
  /** Bytes that were written to the target. */
  readonly bytes: number;
  /** The entry that this is about; not in the last one. */
  readonly alias?: string;
}

const OPTIONS: readonly (keyof CopyHiveOptions)[] = ['prefix', 'onExisting', 'onProgress'];
/** Entries that are copied at the same time. Each has a window of slices of its own. */
const AT_ONCE = 4;
/** How often an entry is tried again that is changed meanwhile, in one hive or the other. */
const MOST_TRIES = 100;

/**
 * Copies entries from one hive to another, in the same store or in any other. Contents are copied as they are, with the
 * names of their codecs and the times when they run out, so that encrypted entries need no key. Versions are new.
 *
 * Each entry arrives whole or not at all. One that is written while the copy goes on may be missed. A copy that broke
 * off is resumed by doing it again: entries with the same content are skipped.
 *
 * - **Emits** the progress: after each slice, after each entry, and at the end.
 * - **Completes** when all entries are copied.
 * - **Errors** with a `UsageError`, or with the first error of a hive.
 * - **Unsubscribing** stops. Entries that have arrived stay.
 *
 * @example
 * ```ts
 * import { copyHive, openHive } from 'quorum-rx/hive';
 * import { lastValueFrom } from 'rxjs';
 *
 * await using old = await openHive('zk://127.0.0.1:2181/documents');
 * await using next = await openHive('etcd://127.0.0.1:2379/documents');
 * const { copied, skipped } = await lastValueFrom(copyHive(old, next));
 * ```
 */
export function copyHive<T, V, W>(
  source: Hive<T, V>,
  target: Hive<T, W>,
  options: CopyHiveOptions = {}
): Observable<CopyHiveProgress> {
  return sound('copyHive', () => {
    const [read, write] = [partsOf<T, V>('source', source), partsOf<T, W>('target', target)];
    const { prefix = '', onExisting = 'replace', onProgress } = knownKeys('options', options, OPTIONS);
    text('options.prefix', prefix);
    oneOf('options.onExisting', onExisting, ['replace', 'keep']);
    if (onProgress !== undefined) callable('options.onProgress', onProgress);
    return defer(() => new Copy(read, write, prefix, onExisting === 'keep').progress$).pipe(
      tap((progress) => onProgress?.(progress))
    );
  });
}

class Copy<T, V, W> {
  readonly progress$: Observable<CopyHiveProgress>;
  readonly #from: HiveGround<V>;
  readonly #to: HiveGround<W>;
  readonly #target: HiveParts<T, W>;
  readonly #keeps: boolean;
  readonly #sum = { entries: 0, copied: 0, skipped: 0, bytes: 0 };

  constructor(source: HiveParts<T, V>, target: HiveParts<T, W>, prefix: string, keeps: boolean) {
    this.#from = source.ground;
    this.#to = target.ground;
    this.#target = target;
    this.#keeps = keeps;
    const copied$ = aliases(source, prefix, true).pipe(
      tap((all) => (this.#sum.entries = all.length)),
      concatMap((all) => from(all)),
      mergeMap((alias) => this.#copy(alias), AT_ONCE)
    );
    this.progress$ = concat(
      copied$,
      defer(() => of({ phase: 'done' as const, ...this.#sum }))
    );
  }

  #copy(alias: string, tries = 0): Observable<CopyHiveProgress> {
    return forkJoin([
      this.#from.heads.find(alias, 'copyHive', true),
      this.#to.heads.find(alias, 'copyHive', true),
    ]).pipe(
      concatMap(([found, there]) => {
        const isDone = found === undefined || (there !== undefined && (this.#keeps || isSame(found, there)));
        return isDone ? this.#counted(alias, 'skipped') : this.#write(alias, found, there);
      }),
      catchError((error: unknown) =>
        isOvertaken(error) && tries < MOST_TRIES ? this.#copy(alias, tries + 1) : throwError(() => error)
      )
    );
  }

  #write(alias: string, found: FoundHead<V>, there: FoundHead<W> | undefined): Observable<CopyHiveProgress> {
    const { codec, expiresAt } = found.head;
    this.#checkCodec(alias, codec);
    const condition: WriteCondition<W> =
      there === undefined ? { kind: 'absent' } : { kind: 'version', version: there.version };
    const plan = { alias, codec, source: this.#contentOf(alias, found), condition, expiresAt };
    let sent = 0;
    return withMark(
      this.#to,
      alias,
      expiresAt,
      upload(this.#to, { ...plan, resume: undefined, operation: 'copyHive' })
    ).pipe(
      concatMap(({ phase, bytesSent }) => {
        this.#sum.bytes += bytesSent - sent;
        sent = bytesSent;
        if (phase === 'done') return this.#counted(alias, 'copied');
        return phase === 'uploading' ? of(this.#progress(alias)) : EMPTY;
      })
    );
  }

  #contentOf(alias: string, found: FoundHead<V>): Uint8Array | HeldSource {
    const plan = { alias, found, range: {}, operation: 'copyHive' };
    return found.head.content ?? new HeldSource((work) => download(this.#from, plan, work));
  }

  #checkCodec(alias: string, codec: string): void {
    const { name, exclusive = false } = this.#target.codec;
    if (exclusive && codec !== name)
      throw new UsageError('target', `reads ${name} only, and ${codec} has written the entry ${alias}`);
  }

  #counted(alias: string, as: 'copied' | 'skipped'): Observable<CopyHiveProgress> {
    this.#sum[as]++;
    return of(this.#progress(alias));
  }

  #progress(alias: string): CopyHiveProgress {
    return { phase: 'copying', ...this.#sum, alias };
  }
}

/** Whether two entries have the same content, codec and end, as far as their heads tell. */
function isSame<V, W>(one: FoundHead<V>, other: FoundHead<W>): boolean {
  const [a, b] = [one.head, other.head];
  if (a.codec !== b.codec || a.expiresAt !== b.expiresAt || a.size !== b.size) return false;
  if (a.content !== undefined) return hasContent(other, a.content);
  if (b.content !== undefined) return hasContent(one, b.content);
  return a.sliced?.sha256 === b.sliced?.sha256;
}

/** Whether an entry was changed meanwhile, in one of the hives. */
function isOvertaken(error: unknown): boolean {
  const codes = ['ENTRY_CHANGED', 'VERSION_CONFLICT', 'ALIAS_ALREADY_EXISTS'] as const;
  return codes.some((code) => isCoordinationError(error, code));
}
