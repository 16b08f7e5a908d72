import type { Direction } from '../../../lib/testing/proxy/proxyTypes.js';
import type { FaultProxy } from '../../../lib/testing/proxy/faultProxy.js';

/** When something arrives at the proxy. */
export function passing(proxy: FaultProxy, way: Direction): Promise<void> {
  return new Promise((arrived) => {
    proxy.rewrite = (bytes, direction) => {
      if (direction === way) arrived();
      return bytes;
    };
  });
}

/** A few turns of the event loop, in which what can happen does. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
}
