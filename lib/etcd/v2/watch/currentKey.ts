import { type Observable, catchError, map, of, throwError } from 'rxjs';
import { type EtcdV2Result, keyResult, resultOf } from '../protocol/answer.js';
import { EtcdV2Error } from '../protocol/etcdV2Error.js';
import { readKey } from '../protocol/keyRequests.js';
import type { CourseContext } from '../session/course.js';
import type { Exchange } from '../session/exchange.js';

/**
 * Reads a key, and with `recursive` all below it. Where there is no key, there is no node.
 *
 * @param quorum whether as the majority has it, which costs the cluster more, or as the member has it
 */
export function currentKey(
  exchange: Exchange,
  key: string,
  recursive: boolean,
  quorum: boolean,
  context: CourseContext
): Observable<EtcdV2Result> {
  const flags = { recursive: recursive || undefined, sorted: recursive || undefined, quorum: quorum || undefined };
  return exchange(readKey(key, flags), context, {}, (answer) => keyResult(answer, context)).pipe(
    catchError((error: unknown) => (isAbsence(error) ? of(resultOf('get', error.etcdIndex)) : throwError(() => error))),
    map((result) => {
      const { node } = result;
      return recursive || node?.nodes === undefined ? result : { ...result, node: { ...node, nodes: [] } };
    })
  );
}

/** Whether etcd says that there is no such key. It says so too where a file stands in the way. */
export function isAbsence(error: unknown): error is EtcdV2Error {
  return error instanceof EtcdV2Error && (error.code === 'KEY_NOT_FOUND' || error.code === 'NOT_DIR');
}
