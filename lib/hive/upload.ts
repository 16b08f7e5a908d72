import { randomBytes } from 'node:crypto';
import {
  EMPTY,
  type MonoTypeOperatorFunction,
  type Observable,
  Subject,
  concat,
  concatMap,
  defer,
  exhaustMap,
  finalize,
  from,
  ignoreElements,
  interval,
  map,
  merge,
  mergeMap,
  of,
  range,
  repeat,
  switchMap,
  takeUntil,
  takeWhile,
  tap,
} from 'rxjs';
import { type HiveGround, commit } from './commit.js';
import { isCoordinationError } from '../core/errors.js';
import { bracket } from '../operators/bracket.js';
import type { Head } from './head.js';
import { HiveError } from './hiveError.js';
import type { FoundRecord } from './records.js';
import { SlicedSource } from './slicedSource.js';
import { Slices } from './slices.js';
import type { UploadPlan, UploadProgress } from './uploadPlan.js';

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
  #record!: FoundRecord<V>;
  #bytesSent = 0;
  #slicesSent = 0;
  #kept = false; // the slices stay

  constructor(ground: HiveGround<V>, plan: UploadPlan<V>) {
    const { settings } = ground;
    this.#ground = ground;
    this.#plan = plan;
    this.#id = plan.resume ?? randomBytes(12).toString('hex');
    this.#slices = new Slices(ground.places, this.#id, settings);
    this.#source = new SlicedSource(plan.source, settings.sliceBytes, settings.maxObjectBytes);
    this.progress$ = defer(() => from(this.#source.whole(settings.inlineBytes))).pipe(
      concatMap((content) => (content === undefined ? this.#inSlices() : this.#inHead(content))),
      finalize(() => void this.#source.stop())
    );
  }

  /** A small entry has no slices. */
  #inHead(content: Uint8Array): Observable<UploadProgress<V>> {
    const { alias, codec, condition, expiresAt, operation } = this.#plan;
    const head = { codec, size: content.length, expiresAt, content };
    this.#bytesSent = content.length;
    return this.#ground.heads
      .write(alias, head, condition, operation)
      .pipe(map((version) => this.#progress('done', version)));
  }

  #inSlices(): Observable<UploadProgress<V>> {
    return bracket(this.#begin(), () => this.#giveUp()).pipe(
      switchMap(() =>
        concat(
          this.#write(),
          defer(() => this.#commit())
        )
      ),
      takeWhile(({ phase }) => phase !== 'done', true)
    );
  }

  /** The record comes before the first slice, so that none can be forgotten. */
  #begin(): Observable<unknown> {
    const { records } = this.#ground;
    const { alias, resume } = this.#plan;
    const record$ =
      resume === undefined
        ? records.begin(this.#id, alias)
        : records.find(resume).pipe(
            concatMap((found) => {
              if (found?.record.state === 'uploading' && found.record.alias === alias)
                return records.become(found, 'uploading');
              throw new HiveError('UPLOAD_CONDEMNED', alias, 'upload', {
                words: 'there is no such upload to go on with',
              });
            })
          );
    return record$.pipe(tap((record) => (this.#record = record)));
  }

  /** Several lanes write the slices; each reads the source when it has time. */
  #write(): Observable<UploadProgress<V>> {
    const { settings, records } = this.#ground;
    const written$ = new Subject<void>();
    const lane$ = defer(() => from(this.#source.next())).pipe(
      concatMap((slice) => {
        if (slice === undefined) return EMPTY;
        const { number, bytes } = slice;
        return concat(
          this.#slices.write(number, bytes, this.#plan.alias),
          defer(() => of(this.#advance(bytes.length)))
        );
      })
    );
    const untilEmpty$ = defer(() => {
      let more = false;
      return lane$.pipe(
        tap(() => (more = true)),
        repeat({ delay: () => (more ? ((more = false), of(undefined)) : EMPTY) })
      );
    });
    const renewals$ = interval(settings.grace / 4, settings.scheduler).pipe(takeUntil(written$));
    const renewed$ = renewals$.pipe(
      exhaustMap(() => records.become(this.#record, 'uploading')), // one that is under way goes on to its end
      tap((record) => (this.#record = record)),
      ignoreElements()
    );
    const slices$ = range(0, settings.window).pipe(
      mergeMap(() => untilEmpty$),
      finalize(() => written$.next())
    );
    return merge(renewed$, slices$).pipe(this.#keptIfUnsure());
  }

  #advance(bytes: number): UploadProgress<V> {
    this.#bytesSent += bytes;
    this.#slicesSent++;
    return this.#progress('uploading');
  }

  #progress(phase: UploadProgress<V>['phase'], version?: V): UploadProgress<V> {
    const progress = { phase, id: this.#id, bytesSent: this.#bytesSent, slices: this.#slicesSent };
    return version === undefined ? progress : { ...progress, version };
  }

  /** Makes the entry visible. */
  #commit(): Observable<UploadProgress<V>> {
    const { alias, condition, operation } = this.#plan;
    const upload = { alias, head: this.#head(), condition, record: this.#record, operation };
    return commit(this.#ground, upload).pipe(
      tap(() => (this.#kept = true)),
      map((version) => this.#progress('done', version)),
      this.#keptIfUnsure()
    );
  }

  #head(): Head {
    const { codec, expiresAt } = this.#plan;
    const { crcs, size } = this.#source;
    const sliced = { id: this.#id, sliceSize: this.#ground.settings.sliceBytes, crcs, sha256: this.#source.sha256() };
    return { codec, size, expiresAt, sliced };
  }

  /** The slices stay if they may be visible, or the upload can be resumed. */
  #keptIfUnsure<T>(): MonoTypeOperatorFunction<T> {
    return tap({
      error: (error: unknown) => {
        if (isCoordinationError(error) && (error.effect === 'unknown' || error.layer === 'transport'))
          this.#kept = true;
      },
    });
  }

  /** Takes the slices away. The record goes last. */
  #giveUp(): Observable<unknown> {
    if (this.#kept) return EMPTY;
    const { records } = this.#ground;
    return records
      .become(this.#record, 'condemned')
      .pipe(concatMap((record) => concat(this.#slices.clear(), records.delete(record))));
  }
}
