import type { ClientMessage, RequestMessage } from '../client/channels.js';
import type { StoreName } from '../client/clientStats.js';
import { isCoordinationError } from '../core/errors.js';
import type { OtelAttributes } from './otelApi.js';

/** The name of the instrumentation. */
export const SCOPE = 'quorum-rx';

/** A store by its name in the conventions. */
export function systemOf(store: StoreName): string {
  return store === 'etcd-v2' ? 'etcd' : store;
}

/** The attributes that are known when a request begins. */
export function attributesOf({
  store,
  operation,
}: Pick<RequestMessage, keyof ClientMessage | 'operation'>): OtelAttributes {
  return { 'db.system.name': systemOf(store), 'db.operation.name': operation };
}

/** The attributes that are known when a request has ended. */
export function outcomeAttributes({ endpoint, error, outcome }: RequestMessage): OtelAttributes {
  return {
    ...(endpoint !== undefined && { 'server.address': endpoint.host, 'server.port': endpoint.port }),
    ...(error !== undefined && { 'error.type': outcome! }),
    ...(isCoordinationError(error) && error.layer === 'server' && { 'db.response.status_code': error.code }),
    ...(outcome === 'unsubscribed' && { 'quorum_rx.unsubscribed': true }),
  };
}
