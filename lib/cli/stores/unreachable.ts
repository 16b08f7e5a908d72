import { type MonoTypeOperatorFunction, catchError, of } from 'rxjs';
import type { MemberStatus } from './treeStore.js';

/** Milliseconds for the answer of a server about itself: one that is away must not hold the others up. */
export const PATIENCE = 5000;

/** Shows a server that gives no answer as `unreachable`, with the problem. */
export function unreachable(member: {
  readonly server: string;
  readonly name?: string;
}): MonoTypeOperatorFunction<MemberStatus> {
  return catchError((error: unknown) => of({ ...member, role: 'unreachable', problem: (error as Error).message }));
}
