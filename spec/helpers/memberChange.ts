import { type Observable, firstValueFrom } from 'rxjs';

/**
 * Asks a real etcd for a change of its members, and waits until that is wholly applied, or refused. Until then etcd
 * drops the next change ("ignoring conf change … possible unapplied conf change" in its log), and answers only after
 * seven seconds. A write that comes after the change cannot be done before that.
 */
export async function memberChange<T>(change$: Observable<T>, write$: Observable<unknown>): Promise<T> {
  try {
    return await firstValueFrom(change$);
  } finally {
    await firstValueFrom(write$);
  }
}
