/** Milliseconds of the units of gRPC. */
const UNITS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };
const LONGEST_TIMER = 2 ** 31 - 1;

/** Milliseconds of the header `grpc-timeout`; `undefined` without one, or for another text. */
export function grpcTimeout(header: string | undefined): number | undefined {
  const [, digits, unit] = /^(\d{1,8})([HMSmun])$/.exec(header ?? '') ?? [];
  return digits === undefined ? undefined : Math.min(Number(digits) * UNITS[unit!]!, LONGEST_TIMER);
}
