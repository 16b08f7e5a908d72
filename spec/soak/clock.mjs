// One clock for all processes of a machine.
import { performance } from 'node:perf_hooks';

/** Milliseconds of CLOCK_MONOTONIC, which every process here reads alike; it goes on while a process is stopped. */
export const shared = () => Number(process.hrtime.bigint()) / 1e6;

/**
 * The client's clock counts from the start of its process. Read in this order, and the best of many, the difference is
 * never too large.
 */
const ahead = Math.max(...Array.from({ length: 100 }, () => shared() - performance.now()));
export const toShared = (time) => time + ahead;
