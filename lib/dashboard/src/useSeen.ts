import { useEffect, useRef, useState } from 'preact/hooks';
import { type Observable, retry, timer } from 'rxjs';
import { isUnknown } from './server.js';

/** A state of the server, as a component shows it. */
export interface Shown<T> {
  /** `undefined` until there is one. */
  readonly state: T | undefined;
  readonly error: Error | undefined;
}

const RETRY = 3000;

/**
 * Follows a value of the server while the component is shown, and subscribes again when `keys` change. The last state
 * stays until the next one comes.
 */
export function useSeen<T>(make: () => Observable<T> | undefined, keys: readonly unknown[]): Shown<T> {
  const [shown, setShown] = useState<Shown<T>>({ state: undefined, error: undefined });
  const latest = useRef(make);
  latest.current = make;
  useEffect(() => {
    const subscription = latest
      .current()
      ?.pipe(
        retry({
          delay(error: unknown) {
            setShown((last) => ({ ...last, error: error as Error }));
            if (isUnknown(error)) throw error; // another attempt would be refused too
            return timer(RETRY);
          },
        })
      )
      .subscribe({ next: (state) => setShown({ state, error: undefined }), error: () => {} });
    return () => subscription?.unsubscribe();
  }, keys);
  return shown;
}
