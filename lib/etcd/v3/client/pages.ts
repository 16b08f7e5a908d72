import { EMPTY, type Observable, concatMap, defer, of, repeat } from 'rxjs';
import type { Work } from '../../../client/paced.js';
import { sound } from '../../../client/sound.js';
import { integer } from '../../../core/check.js';
import type { Draft } from '../protocol/message.js';
import type { RangeRequest } from '../protocol/kv.js';
import { range as rangeMethod } from '../protocol/methods.js';
import type { KeyRange, KeyValue } from './keyValue.js';
import type { Methods } from './methods.js';
import { READ_KEYS, rangeResult, readRequest } from './rangeRequest.js';
import type { Page, PagesOptions } from './requestOptions.js';
import type { ViewCodec } from './viewCodec.js';

const SIZE = 1000;
const LARGEST = 2 ** 31 - 1;

/**
 * The pages of a range, all as they are at the revision of the first one.
 *
 * @param work the work on each page, whose values are emitted instead; the next page is read when it has completed
 */
export function pages<K, V, W = Page<KeyValue<K, V>>>(
  { exchange, checked }: Methods,
  code: ViewCodec<K, V>,
  range: KeyRange<K>,
  options: PagesOptions | undefined,
  work: Work<Page<KeyValue<K, V>>, W> = (page) => of(page as W)
): Observable<W> {
  return sound('pages', () => {
    const { size = SIZE, ...read } = checked(options, [...READ_KEYS, 'size']);
    integer('options.size', size, 1, LARGEST);
    const first = { ...readRequest(code.range(range), read), limit: size };
    return defer(() => {
      let next: Draft<RangeRequest> | undefined = first;
      const page$ = defer(() =>
        exchange(rangeMethod, next!, { operation: 'pages' }, read, {
          decode: (reply) => ({ ...rangeResult(reply, code.keyValueOf), last: reply.kvs.at(-1) }),
          leaderless: read.serializable,
        })
      );
      return page$.pipe(
        concatMap(({ entries, more, revision: newest, last }) => {
          const { revision = newest } = next!;
          next = more && last !== undefined ? { ...next, key: following(last.key), revision } : undefined;
          return work({ entries, more, revision }) ?? EMPTY;
        }),
        repeat({ delay: () => (next === undefined ? EMPTY : of(undefined)) })
      );
    });
  });
}

/** The key that follows next, in the order of bytes. */
function following(key: Uint8Array): Uint8Array {
  return Buffer.concat([key, new Uint8Array(1)]);
}
