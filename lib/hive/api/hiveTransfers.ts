import type { Observable } from 'rxjs';
import type { Pullable } from '../../client/paced.js';
import type { HiveSource } from '../upload/slicedSource.js';
import type { DownloadOptions, UploadOptions } from '../types.js';
import type { UploadProgress } from '../upload/uploadPlan.js';

/** The transfers of contents of any size, in slices. */
export interface HiveTransfers<V> {
  /**
   * Writes bytes of any size in slices, `window` of them at a time, and makes them visible together.
   *
   * Do not change the bytes of the source before the upload has ended: large pieces are not copied.
   *
   * - **Emits** the progress: after each slice, when all are written, and when the entry is visible.
   * - **Completes** after `phase: 'done'`.
   * - **Errors** with `TOO_LARGE`, `VERSION_CONFLICT`, `UPLOAD_CONDEMNED`, `ABORTED`; with the error of the source.
   *   After an error of the connection or the session, the slices stay for `resume`.
   * - **Unsubscribing** takes the slices away.
   *
   * @example
   * ```ts
   * import { createReadStream } from 'node:fs';
   *
   * const uploading$ = documents.upload(createReadStream('report.pdf'), { alias: 'reports/2026' });
   * uploading$.subscribe(({ phase, bytesSent }) => console.log(phase, bytesSent));
   * ```
   */
  upload(source: HiveSource, options?: UploadOptions<V>): Observable<UploadProgress<V> & { readonly alias: string }>;
  /**
   * The content of an entry, piece by piece, all of one version. `for await` and streams read no faster than they use
   * the pieces; a subscriber of the Observable gets them as they come.
   *
   * - **Emits** one piece for each slice.
   * - **Completes** when the whole has been checked.
   * - **Errors** with `ALIAS_NOT_FOUND`, `CORRUPT`, `VERSION_CONFLICT`, `ABORTED`; with `ENTRY_CHANGED` if the entry
   *   was replaced, and the slices were swept away meanwhile.
   * - **Unsubscribing**, or leaving the loop, stops.
   *
   * @example
   * ```ts
   * import { createWriteStream } from 'node:fs';
   * import { pipeline } from 'node:stream/promises';
   *
   * await pipeline(documents.download('reports/2026'), createWriteStream('copy.pdf'));
   * for await (const piece of documents.download('reports/2026', { from: 0, to: 100 })) console.log(piece.length);
   * ```
   */
  download(alias: string, options?: DownloadOptions<V>): Pullable<Uint8Array>;
}
