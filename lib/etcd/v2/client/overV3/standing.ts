import { type Observable, throwError } from 'rxjs';
import type { ErrorContext } from '../../../../core/errors.js';
import type { Branch } from '../../../v3/client/branch.js';
import type { Etcd } from '../../../v3/client/etcd.js';
import type { KeyValue } from '../../../v3/client/keyValue.js';
import type { RangeResult } from '../../../v3/client/requestOptions.js';
import type { Transaction } from '../../../v3/client/transaction.js';
import { type EtcdV2Error, refused } from '../../protocol/etcdV2Error.js';
import type { KeyRequest } from '../../protocol/keyRequests.js';
import { below } from './treeOf.js';

type Found = KeyValue<string, string>;

/** What stands at the place of a key. */
export interface Standing {
  /** The file that stands in the way to it. */
  readonly inTheWay: string | undefined;
  readonly own: Found | undefined;
  /** Whether there is something below it. */
  readonly isDirectory: boolean;
  readonly revision: number;
}

/** A transaction that fails if a file is in the way to a key. */
export function guarded(etcd: Etcd<string, string>, key: string): Transaction<[], [], string, string> {
  return above(key).reduce((txn, directory) => txn.when(directory, { exists: false }), etcd.transaction());
}

/** Reads what stands at the place of a key: the operations of a transaction that has failed. */
export function looking(
  key: string
): (branch: Branch<[], string, string>) => Branch<readonly unknown[], string, string> {
  return (branch) =>
    above(key).reduce<Branch<readonly unknown[], string, string>>(
      (more, directory) => more.get(directory),
      branch.get(key).range(below(key), { limit: 1 })
    );
}

/** What {@link looking} has found. */
export function standingIn(results: readonly unknown[], revision: number): Standing {
  const [own, inside, ...files] = results as [Found | undefined, RangeResult<Found>, ...(Found | undefined)[]];
  return { own, inTheWay: files.find((file) => file !== undefined)?.key, isDirectory: inside.count > 0, revision };
}

/** Why a request fails there, as the v2 API would say it. */
export function refusalAt(request: KeyRequest, standing: Standing, context: ErrorContext): EtcdV2Error {
  const { key } = request;
  const { inTheWay, own, isDirectory, revision } = standing;
  const refuse = (number: number, reason = key) => refused(number, reason, revision, context);
  if (inTheWay !== undefined) return refuse(104, inTheWay);
  const { prevValue, prevIndex, prevExist }: Conditions = 'conditions' in request ? request.conditions : {};
  if (own === undefined && isDirectory) {
    if (prevExist === false) return refuse(105);
    const isEmptying = request.kind === 'delete' && request.flags.dir === true;
    return refuse(isEmptying && prevValue === undefined && prevIndex === undefined ? 108 : 102);
  }
  if (own === undefined) return refuse(100);
  if (prevExist === false) return refuse(105);
  const causes = [
    ...(prevValue !== undefined && prevValue !== own.value ? [`[${prevValue} != ${own.value}]`] : []),
    ...(prevIndex !== undefined && prevIndex !== own.modRevision ? [`[${prevIndex} != ${own.modRevision}]`] : []),
  ];
  return causes.length === 0 ? refuse(102) : refuse(101, causes.join(' '));
}

interface Conditions {
  readonly prevValue?: string | undefined;
  readonly prevIndex?: number | undefined;
  readonly prevExist?: boolean | undefined;
}

/** The directories on the way to a key, but for the root. */
function above(key: string): readonly string[] {
  const names = key.split('/').slice(1, -1);
  return names.map((_, i) => `/${names.slice(0, i + 1).join('/')}`);
}

/** The error of a request whose transaction has failed, and has {@link looking} as what it does then. */
export function refusing(
  request: KeyRequest,
  { results, revision }: { readonly results: readonly unknown[]; readonly revision: number },
  context: ErrorContext
): Observable<never> {
  return throwError(() => refusalAt(request, standingIn(results, revision), context));
}
