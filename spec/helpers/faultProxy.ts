import { type FaultProxy, faultProxy } from '../../lib/testing/proxy/faultProxy.js';
import type { Rewrite } from '../../lib/testing/proxy/proxyTypes.js';

export { FaultProxy } from '../../lib/testing/proxy/faultProxy.js';
export type { Rewrite } from '../../lib/testing/proxy/proxyTypes.js';

/** A port of 127.0.0.1 that leads to another, until told otherwise. */
export function startFaultProxy(
  { host, port }: { readonly host: string; readonly port: number },
  rewrite?: Rewrite
): Promise<FaultProxy> {
  return faultProxy({ target: { host, port }, ...(rewrite && { rewrite }) });
}
