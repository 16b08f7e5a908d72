import { fromBridge } from 'quorum-rx/bridge/browser';
import { finalize, map } from 'rxjs';
import type { Node } from './server.js';

const page = fromBridge('/bridge', {
  headers: () => ({ 'x-token': 'blue' }),
  backoff: { min: 50, max: 200 },
  pauseAfter: Number(new URLSearchParams(location.search).get('pauseAfter') ?? 30_000),
});

/** Stands in the place of the server that is fed by hand: the source of the live value is a bridge. */
export const server = {
  node$: page.value('colour').pipe(
    map(({ value, stale }): Node => ({ value: `${value as string}${stale ? '?' : ''}`, stale })),
    finalize(() => server.current--)
  ),
  current: 1,
  total: 1,
  show: () => {},
  fail: () => {},
};
