import { type Observable, catchError, defer, endWith, filter, map, throwError } from 'rxjs';
import { integer, show } from '../../core/check.js';
import type { Endpoint } from '../../core/endpoint.js';
import { UsageError, isCoordinationError } from '../../core/errors.js';

/**
 * The lists of a stream of servers that can be used, each without the entries that cannot. Entries that are left out
 * are reported: a healthy client must not end because a configuration names no server for a moment.
 *
 * - **Emits** lists of at least one server.
 * - **Errors** with a `UsageError` when the stream fails, or completes without such a list.
 */
export function serverLists(
  servers$: Observable<readonly Endpoint[]>,
  report: (error: UsageError) => void
): Observable<readonly Endpoint[]> {
  return defer(() => {
    let any = false;
    const lists$ = servers$.pipe(
      catchError((error: unknown) => throwError(() => (isCoordinationError(error) ? error : failed(error)))),
      map((list) => usable(list, report)),
      filter((list) => list.length > 0)
    );
    return lists$.pipe(
      endWith(undefined),
      map((list) => {
        if (list === undefined && !any) throw new UsageError('servers', 'completed without a server');
        any = true;
        return list;
      }),
      filter((list) => list !== undefined)
    );
  });
}

function usable(list: readonly Endpoint[], report: (error: UsageError) => void): readonly Endpoint[] {
  if (!Array.isArray(list)) report(new UsageError('servers', `must be a list of { host, port }, not ${show(list)}`));
  else if (list.length === 0) report(new UsageError('servers', 'names no server'));
  else
    return (list as readonly Endpoint[]).filter((endpoint: unknown, i) => {
      const fault = faultOf(endpoint, `servers[${i}]`);
      if (fault !== undefined) report(fault);
      return fault === undefined;
    });
  return [];
}

function faultOf(endpoint: unknown, argument: string): UsageError | undefined {
  const { host, port } = (typeof endpoint === 'object' && endpoint !== null ? endpoint : {}) as Partial<Endpoint>;
  if (typeof host !== 'string' || host === '')
    return new UsageError(argument, `must be { host, port }, not ${show(endpoint)}`);
  try {
    integer(`${argument}.port`, port, 1, 65535);
    return undefined;
  } catch (error) {
    return error as UsageError;
  }
}

function failed(error: unknown): UsageError {
  return new UsageError(
    'servers',
    `the stream of servers failed: ${error instanceof Error ? error.message : String(error)}`,
    { cause: error }
  );
}
