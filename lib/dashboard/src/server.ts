import type { DashboardBridge } from '../../cli/dash/dashboardBridge.js';
import { BridgeError, fromBridge } from '../../bridge/browser/index.js';

const KEY = 'qrx dash';

/**
 * The secret of the address. It is taken out of the address at once, so that no history and no bookmark has it, and
 * kept for this tab alone.
 */
function secretOfAddress(): string {
  const given = /^#[\w-]+$/.test(location.hash) ? location.hash.slice(1) : ''; // else it names a view
  if (given !== '') {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, '', location.pathname);
  }
  return given === '' ? (sessionStorage.getItem(KEY) ?? '') : given;
}

export const secret = secretOfAddress();

/** The server of this page. */
export const server = fromBridge<DashboardBridge>('/bridge', {
  headers: () => ({ authorization: `Bearer ${secret}` }),
});

/** Whether the server does not know this page: it has no secret, or that of another dashboard. */
export function isUnknown(error: unknown): boolean {
  return error instanceof BridgeError && error.code === 'UNAUTHORIZED';
}
