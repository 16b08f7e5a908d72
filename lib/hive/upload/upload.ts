import { randomBytes } from 'node:crypto';
import {
  EMPTY,
  type MonoTypeOperatorFunction,
  type Observable,
  Subject,
  concat,
  concatMap,
  defaultIfEmpty,
  defer,
  exhaustMap,
  finalize,
  ignoreElements,
  interval,
  map,
  merge,
  of,
  switchMap,
  takeUntil,
  takeWhile,
  tap,
} from 'rxjs';
import { commit, withoutEffect } from './commit.js';
import type { HiveGround } from '../hiveGround.js';
import { isCoordinationError } from '../../core/errors.js';
import { bracket } from '../../operators/bracket.js';
import { HiveError } from '../hiveError.js';
import { giveUp } from './giveUp.js';
import { inLanes } from './inLanes.js';
import type { FoundRecord } from './records.js';
import type { SourceSlice } from './sliceCutter.js';
import { SlicedSource } from './slicedSource.js';
import { Slices } from '../content/slices.js';
import type { UploadPlan, UploadProgress } from './uploadPlan.js';
import { writeHead } from '../heads/writeHead.js';

/**
 * Writes an entry in slices, and makes it visible with its head, when all are there.
 *
 * - **Emits** the progress after each slice, and when the entry is visible.
 * - **Errors** with a `HiveError`, a `UsageError` about the source, an error of the source, or one of the store. The
 *   entry is as it was, unless the `effect` is `'unknown'`. After an error of the connection, the upload can be
 *   resumed.
 * - **Unsubscribing** takes the slices away again.
 */
export function upload<V>(ground: HiveGround<V>, plan: UploadPlan<V>): Observable<UploadProgress<V>> {
  return defer(() => new Upload(ground, plan).progress$);
}

class Upload<V> {
  readonly progress$: Observable<UploadProgress<V>>;
  readonly #ground: HiveGround<V>;
  readonly #plan: UploadPlan<V>;
  readonly #id: string;
  readonly #slices: Slices<V>;
  readonly #source: SlicedSource;
  /** Those that an earlier try has written. */
  #written: ReadonlySet<number> = new Set();
  #record!: FoundRecord<V>;
  #bytesSent = 0;
  #slicesSent = 0;
  #kept = false; // the slices stay

  constructor(ground: HiveGround<V>, plan: UploadPlan<V>) {
    const { settings, places } = ground;
    this.#ground = ground;
    this.#plan = plan;
    this.#id = plan.resume ?? randomBytes(12).toString('hex');
    this.#slices = new Slices(places, this.#id, settings);
    this.#source = new SlicedSource(plan.source, settings.maxObjectBytes);
    const begun$ = plan.resume === undefined ? this.#begin() : this.#resume(plan.resume);
    this.progress$ = begun$.pipe(finalize(() => this.#source.stop()));
  }

  #begin(): Observable<UploadProgress<V>> {
    const { records, settings } = this.#ground;
    return this.#source
      .whole(settings.inlineBytes)
      .pipe(
        concatMap((content) =>
          content === undefined
            ? this.#inSlices(records.begin(this.#id, this.#plan.alias, settings.sliceBytes))
            : this.#inHead(content)
        )
      );
  }

  /** Goes on with an upload of which some slices may be there. */
  #resume(id: string): Observable<UploadProgress<V>> {
    const { records } = this.#ground;
    const { alias } = this.#plan;
    const renewed$ = records.find(id).pipe(
      concatMap((found) => {
        if (found?.record.state === 'uploading' && found.record.alias === alias)
          return records.become(found, 'uploading');
        throw new HiveError('UPLOAD_CONDEMNED', alias, 'upload', { words: `there is no upload ${id} to go on with` });
      })
    );
    return this.#slices.written().pipe(
      tap((numbers) => (this.#written = numbers)),
      concatMap(() => this.#inSlices(renewed$))
    );
  }

  /** A small entry has no slices. */
  #inHead(content: Uint8Array): Observable<UploadProgress<V>> {
    const { codec, expiresAt, ...rest } = this.#plan;
    const head = { codec, size: content.length, expiresAt, content };
    this.#bytesSent = content.length;
    this.#plan.onCommit?.();
    return writeHead(this.#ground, { ...rest, head }).pipe(map((version) => this.#progress('done', version)));
  }

  /** @param record$ makes or renews the record: it comes before the first slice, so that none can be forgotten */
  #inSlices(record$: Observable<FoundRecord<V>>): Observable<UploadProgress<V>> {
    const { alias, condition, operation } = this.#plan;
    const begun$ = this.#ground.heads.check(alias, condition, operation).pipe(concatMap(() => record$));
    const stages$ = concat(
      defer(() => this.#write()),
      defer(() => of(this.#progress('committing'))),
      defer(() => this.#commit())
    );
    return bracket(
      begun$.pipe(
        withoutEffect(),
        tap((record) => (this.#record = record))
      ),
      () => this.#leave()
    ).pipe(
      switchMap(() => stages$),
      takeWhile(({ phase }) => phase !== 'done', true)
    );
  }

  #write(): Observable<UploadProgress<V>> {
    const { settings, records } = this.#ground;
    const written$ = new Subject<void>();
    const renewals$ = interval(settings.grace / 4, settings.scheduler).pipe(takeUntil(written$));
    const renewed$ = renewals$.pipe(
      exhaustMap(() => records.become(this.#record, 'uploading')), // one that is under way goes on to its end
      tap((record) => (this.#record = record)),
      ignoreElements()
    );
    const { sliceSize } = this.#record.record;
    const slices$ = inLanes(
      () => this.#source.next(sliceSize),
      settings.window,
      (slice) => this.#writeSlice(slice)
    ).pipe(finalize(() => written$.next()));
    return merge(renewed$, slices$).pipe(this.#keptIfUnsure(), withoutEffect());
  }

  #writeSlice(slice: SourceSlice): Observable<UploadProgress<V>> {
    const { alias } = this.#plan;
    const { number, bytes } = slice;
    const done$ = this.#written.has(number)
      ? this.#slices.compare(number, bytes, alias)
      : this.#slices.write(number, bytes, alias);
    return done$.pipe(
      defaultIfEmpty(undefined),
      map(() => {
        this.#source.cutter.recycle(slice); // not after an error: the bytes may be on their way still
        this.#bytesSent += bytes.length;
        this.#slicesSent++;
        return this.#progress('uploading');
      })
    );
  }

  #progress(phase: UploadProgress<V>['phase'], version?: V): UploadProgress<V> {
    const { total } = this.#source;
    return {
      phase,
      id: this.#id,
      bytesSent: this.#bytesSent,
      ...(total !== undefined && { bytesTotal: total }),
      slices: this.#slicesSent,
      ...(version !== undefined && { version }),
    };
  }

  /** Makes the entry visible. */
  #commit(): Observable<UploadProgress<V>> {
    const { codec, expiresAt, onCommit } = this.#plan;
    const { cutter } = this.#source;
    const onRenewed = (record: FoundRecord<V>) => (this.#record = record);
    const { crcs, size, sha256 } = cutter;
    const sliced = { id: this.#id, sliceSize: this.#record.record.sliceSize, crcs, sha256 };
    const head = { codec, size, expiresAt, sliced };
    onCommit?.();
    return commit(this.#ground, { ...this.#plan, head, record: this.#record, onRenewed }).pipe(
      tap(() => (this.#kept = true)),
      map((version) => this.#progress('done', version)),
      this.#keptIfUnsure()
    );
  }

  /** The slices stay if they may be visible, or the upload can be resumed. */
  #keptIfUnsure<T>(): MonoTypeOperatorFunction<T> {
    return tap({
      error: (error: unknown) => {
        if (!isCoordinationError(error)) return;
        this.#kept ||= error.effect === 'unknown' || error.layer === 'transport' || error.layer === 'session';
      },
    });
  }

  #leave(): Observable<unknown> {
    return this.#kept ? EMPTY : this.#ground.cleanUps.counted(giveUp(this.#ground, this.#record, this.#slices));
  }
}
