import { formatEndpoint } from '../../core/endpoint.js';
import type { Session } from '../session/session.js';

/** What `console.log` and `util.inspect` show of a client: no password, no identity, no data. */
export function summaryOf(session: Session, root: string): object {
  const { endpoint, requests } = session;
  const { state } = session.streams;
  const has = (key: string): boolean => key in state;
  return {
    state: state.kind,
    ...(state.kind === 'connected' && state.readOnly && { readOnly: true }),
    ...('id' in state && { session: `0x${BigInt.asUintN(64, state.id).toString(16)}` }),
    ...(endpoint !== undefined && has('id') && { server: formatEndpoint(endpoint) }),
    ...(state.kind === 'suspended' && { until: new Date(state.deadline) }),
    ...('cause' in state && state.cause !== undefined && { cause: state.cause.message }),
    ...(root !== '' && { root }),
    requests,
  };
}
