import { randomUUID } from 'node:crypto';
import { catchError, concatMap, defer, map, of, takeUntil, tap, throwError } from 'rxjs';
import { aborted } from '../../client/aborted.js';
import { type Work, pullable } from '../../client/paced.js';
import { sound } from '../../client/sound.js';
import { type Effect, UsageError, situated } from '../../core/errors.js';
import { abortSignal, callable, integer, knownKeys, text } from '../../core/check.js';
import { type HiveCodec, raw } from '../codecs/hiveCodec.js';
import { download } from '../content/download.js';
import { checkVersion } from '../entries.js';
import { withMark } from '../heads/withMark.js';
import type { WriteCondition } from '../heads/heads.js';
import type { HiveParts } from '../hiveParts.js';
import type { HiveTransfers } from '../api/hiveTransfers.js';
import type { UploadOptions } from '../types.js';
import { FreshSources } from '../upload/slicedSource.js';
import { upload } from '../upload/upload.js';

const UPLOAD_KEYS = ['alias', 'resume', 'onProgress', 'signal', 'ifVersion', 'expires'] as const;
const DOWNLOAD_KEYS = ['from', 'to', 'ifVersion', 'signal'] as const;

/** An upload writes bytes as they are, so they may not go where all must be encrypted. */
function checkPlain<T>({ name, exclusive = false }: HiveCodec<T>): void {
  if (!exclusive) return;
  const words = `writes bytes as they are, and this hive reads ${name} only: put the value, or use a raw hive`;
  throw new UsageError('source', words);
}

/** The methods that move content of any size. */
export function transfers<T, V>(parts: HiveParts<T, V>): HiveTransfers<V> {
  const { ground, writer } = parts;
  const sources = new FreshSources();
  return {
    upload: (source, options = {}) =>
      sound('upload', () => {
        const given = knownKeys<UploadOptions<V>>('options', options, UPLOAD_KEYS);
        const { alias = randomUUID(), resume, onProgress, signal, ifVersion, expires } = given;
        const place = { operation: 'upload', path: alias };
        parts.checkAlias(alias);
        checkPlain(parts.codec);
        writer.expiresAt(expires);
        if (resume !== undefined) text('options.resume', resume);
        if (onProgress !== undefined) callable('options.onProgress', onProgress);
        if (signal !== undefined) abortSignal('options.signal', signal);
        const condition: WriteCondition<V> =
          ifVersion === undefined ? { kind: 'none' } : { kind: 'version', version: ifVersion };
        return defer(() => {
          sources.check(source);
          let effect: Effect = 'none';
          const onCommit = () => void (effect = 'unknown');
          const expiresAt = writer.expiresAt(expires);
          const plan = { alias, codec: raw.name, source, condition, expiresAt, resume, operation: 'upload', onCommit };
          return withMark(ground, alias, expiresAt, upload(ground, plan)).pipe(
            tap((progress) => onProgress?.(progress)),
            map((progress) => ({ ...progress, alias })),
            takeUntil(aborted(signal, place, () => effect))
          );
        }).pipe(catchError((error: unknown) => throwError(() => situated(error, place)))); // one about the source
      }),
    download: (alias, options = {}) =>
      pullable(<R = Uint8Array>(work: Work<Uint8Array, R> = (piece) => of(piece as R)) =>
        parts.call('download', alias, () => {
          const latest = parts.latest(options, DOWNLOAD_KEYS);
          const { from, to, ifVersion, signal } = options;
          if (signal !== undefined) abortSignal('options.signal', signal);
          for (const [name, at] of Object.entries({ from, to }))
            if (at !== undefined) integer(`options.${name}`, at, 0, Number.MAX_SAFE_INTEGER);
          const plan = { alias, range: { from, to }, operation: 'download' };
          return ground.heads.need(alias, 'download', latest).pipe(
            concatMap((found) => {
              checkVersion(found, ifVersion, alias, 'download');
              return download(ground, { ...plan, found }, work);
            }),
            takeUntil(aborted(signal, { operation: 'download', path: alias }))
          );
        })
      ),
  };
}
