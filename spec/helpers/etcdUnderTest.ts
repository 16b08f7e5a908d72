import { execFileSync } from 'node:child_process';

/** The program that specs start as an etcd. `npm run test:matrix` names others than the installed one. */
export const etcdProgram = process.env['ETCD_UNDER_TEST'] ?? 'etcd';

/** Its version, as in `3.4.23`. */
export const etcdVersion = /^etcd Version: (\S+)/.exec(
  execFileSync(etcdProgram, ['--version'], { encoding: 'utf8' })
)![1]!;

/** Whether it is of a minor version of 3, or of a later one. */
export const etcdIsFrom = (minor: number): boolean => Number(etcdVersion.split('.')[1]) >= minor;

/** Whether it can serve version 2 of the API. */
export const etcdHasV2 = !etcdIsFrom(6);
