/**
 * The time of day, in milliseconds since the epoch: for times that other machines are told. It may be set forward or
 * back, so nothing is timed by it that the monotonic clock can time.
 */
export const wallClock = (): number => Date.now();
