import type { EtcdMember } from '../../cluster/etcdMember.js';
import type { EtcdCore } from '../../etcdCore.js';

/** Where a request is served. */
export interface V2Ground {
  readonly core: EtcdCore;
  readonly member: EtcdMember;
}

/** The header that names the cluster. */
export function clusterHead({ core }: V2Ground): { readonly 'X-Etcd-Cluster-Id': string } {
  return { 'X-Etcd-Cluster-Id': core.id.toString(16) };
}
