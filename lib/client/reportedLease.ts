import { type MonoTypeOperatorFunction, defer, finalize, tap } from 'rxjs';
import { type LeaseEvent, type LeaseMessage, channels } from './channels.js';
import type { Meter } from './meter.js';

/** How a lease stands, as far as it is reported. */
export interface ReportedLease {
  readonly event: LeaseEvent;
  readonly name: string;
  readonly error?: unknown;
}

const isHeld = (event: LeaseEvent | undefined) => event === 'held' || event === 'doubt';

/**
 * Tells the channel of leases what becomes of one, and counts it while it is held. A hold that ends with an error was
 * lost; one that ends otherwise was given back.
 *
 * @param meter of the client; `undefined` for one that is not of this library
 * @param meaning how the lease stands after a value; `undefined` where there is none yet
 */
export function reportedLease<T>(
  meter: Meter | undefined,
  meaning: (value: T) => ReportedLease | undefined
): MonoTypeOperatorFunction<T> {
  return (source$) => {
    if (meter === undefined) return source$;
    return defer(() => {
      let last: ReportedLease | undefined;
      const become = (next: ReportedLease) => {
        if (next.event === last?.event && next.name === last.name) return;
        if (isHeld(next.event) !== isHeld(last?.event)) meter.add('leases', isHeld(next.event) ? 1 : -1);
        last = next;
        if (!channels.lease.hasSubscribers) return;
        const { store, client, scheduler } = meter;
        const message: LeaseMessage = { store, client, time: scheduler.now(), ...next };
        channels.lease.publish(message);
      };
      const ends = (event: 'lost' | 'released', error?: unknown) => {
        if (last !== undefined && isHeld(last.event)) become({ event, name: last.name, error });
      };
      return source$.pipe(
        tap({
          next: (value) => {
            const now = meaning(value);
            if (now !== undefined) become(now);
          },
          error: (error: unknown) => ends('lost', error),
        }),
        finalize(() => ends('released'))
      );
    });
  };
}
