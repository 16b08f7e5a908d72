import { NEVER, catchError, concat, finalize, of, share } from 'rxjs';
import type { Live } from './live.js';

/** The arguments of React's `useSyncExternalStore`. The functions need no `this`, and are always the same. */
export interface ExternalStore<T> {
  /** Calls back when the value may have changed, until the function that it returns is called. */
  readonly subscribe: (onChange: () => void) => () => void;
  /** The value, the same object until it changes; throws the error of the source while there are listeners. */
  readonly getSnapshot: () => T;
  /** The value while a page is made on a server, and while React takes such a page over. */
  readonly getServerSnapshot: () => T;
}

/**
 * A {@link Live} value as React's `useSyncExternalStore` wants it. Make it once, outside of the components.
 *
 * All listeners together are one subscriber of the live value; its `linger` bridges the moments in which there is none,
 * such as React's StrictMode makes. After an error of the source, `getSnapshot` throws it for as long as there are
 * listeners, so that an error boundary shows it. The boundary takes its listeners away. A component that is mounted
 * later, by a button "try again", starts with the last value.
 *
 * @example
 * const colour = toExternalStore(live(zk.watch('/colour', { codec: utf8 }), undefined).select((node) => node?.value));
 * const stop = colour.subscribe(() => render(colour.getSnapshot()));
 *
 * @param live the value; `live.select` makes one of a part, for components that show only that
 * @param getServerSnapshot for pages that a server has made: in the browser it must return the same value as on the
 * server. Default: the value as it is
 */
export function toExternalStore<T>(live: Live<T>, getServerSnapshot: () => T = live.getSnapshot): ExternalStore<T> {
  let failure: { readonly error: unknown } | undefined;
  const news$ = live.pipe(
    catchError((error: unknown) => {
      failure = { error };
      return concat(of(undefined), NEVER);
    }),
    finalize(() => (failure = undefined)),
    share()
  );
  return {
    subscribe: (onChange) => {
      // eslint-disable-next-line rxjs-x/no-ignored-error -- `news$` has none: `getSnapshot` throws it
      const subscription = news$.subscribe(() => onChange());
      return () => subscription.unsubscribe();
    },
    getSnapshot: () => {
      if (failure !== undefined) throw failure.error;
      return live.value;
    },
    getServerSnapshot,
  };
}
