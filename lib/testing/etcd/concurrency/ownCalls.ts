import { type Draft, decode, encode } from '../../../etcd/v3/protocol/message.js';
import * as methods from '../../../etcd/v3/protocol/methods.js';
import type { Method } from '../../../etcd/v3/protocol/methods.js';
import { kvCalls } from '../call/kvCalls.js';
import { leaseCalls } from '../call/leaseCalls.js';
import type { Ground } from '../call/served.js';
import { EtcdRefusal } from '../etcdRefusal.js';

const UNKNOWN = 2;

/** A refusal of the services for locks and elections: whatever its reason, its status is not known. */
export function unknown(words: string): EtcdRefusal {
  return new EtcdRefusal(UNKNOWN, words);
}

/** A call that the server makes at itself for a client, with the permissions of that client. */
function own<Q, R>(method: Method<Q, R>): (ground: Ground, request: Draft<Q>) => Draft<R> {
  return (ground, request) => {
    const served = [...kvCalls, ...leaseCalls].find((call) => call.method.path === method.path)!;
    if (!('run' in served)) throw new TypeError(`${method.path} has no single answer`);
    try {
      return served.run(ground, decode(method.request, encode(method.request, request)) as never) as Draft<R>;
    } catch (reason) {
      throw reason instanceof EtcdRefusal ? unknown(reason.words) : reason;
    }
  };
}

export const ownTxn = own(methods.txn);
export const ownDelete = own(methods.deleteRange);
export const ownGrant = own(methods.leaseGrant);
