import type { Endpoint } from '../../../core/endpoint.js';
import { UsageError } from '../../../core/errors.js';
import { parseEndpoints } from '../../endpoints.js';
import type { Settings } from '../options.js';

/** The address of one member. Throws a `UsageError` that names the argument. */
export function memberEndpoint(argument: string, endpoint: string | Endpoint, { tls }: Settings): Endpoint {
  const { endpoints, secure } = parsed(argument, endpoint);
  if (endpoints.length !== 1) throw new UsageError(argument, 'must be the address of one member');
  if (secure && tls === undefined) throw new UsageError(argument, 'is https, but this client connects without TLS');
  return endpoints[0]!;
}

function parsed(argument: string, endpoint: string | Endpoint) {
  try {
    return parseEndpoints(typeof endpoint === 'string' ? endpoint : [endpoint]);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const { argument: inner, message } = error;
    throw new UsageError(inner.replace(/^endpoints(\[0\])?/, argument), message.slice(inner.length + 2));
  }
}
