import { checkFault } from '../../host/checkFault.js';
import type { EtcdFault } from '../etcdServerOptions.js';
import { EtcdRefusal } from '../etcdRefusal.js';
import type { Ground, Streaming, Unary } from './served.js';

/** A request, as far as a fault may want to know it. */
interface Keyed {
  readonly key?: Uint8Array;
  readonly createRequest?: { readonly key: Uint8Array } | undefined;
}

/** The fault of a request, as the user wants it. */
export function faultOf(
  { member, faults }: Ground,
  { method }: Unary | Streaming,
  request: Keyed
): EtcdFault | undefined {
  if (faults === undefined) return undefined;
  const key = request.key ?? request.createRequest?.key;
  return checkFault(
    faults({ member: member.name, operation: operationOf(method.path), key: key && Buffer.from(key).toString() }),
    ['served']
  );
}

/** The refusal that a fault stands for. */
export function refusalOf({ error, message }: Extract<EtcdFault, { error: number }>): EtcdRefusal {
  return new EtcdRefusal(error, message ?? 'etcdserver: fault');
}

/** `leaseGrant` for `/etcdserverpb.Lease/LeaseGrant`. */
function operationOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name[0]!.toLowerCase() + name.slice(1);
}
