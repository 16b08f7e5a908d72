// One clock for all processes of a machine.
/** Milliseconds of CLOCK_MONOTONIC, which every process here reads alike; it goes on while a process is stopped. */
export const shared = () => Number(process.hrtime.bigint()) / 1e6;

/**
 * A time of the clock of a client as a time of the shared one. That clock begins at the time of day, and leaps after a
 * sleep of the machine, so both are read each time. In this order, the best difference of several is never too large.
 */
export const toShared = (time, { scheduler }) =>
  time + Math.max(...Array.from({ length: 10 }, () => shared() - scheduler.now()));
