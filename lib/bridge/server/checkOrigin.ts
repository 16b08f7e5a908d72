import { BridgeError } from '../shared/bridgeError.js';

/**
 * Refuses requests that a page of another origin makes with the cookies of its visitor. Browsers name the origin of a
 * page, and pages cannot change that. Programs that are no browsers send neither header, and pass.
 *
 * @param origins further origins that may come
 */
export function checkOrigin({ url, headers }: Request, origins: readonly string[]): void {
  const origin = headers.get('origin');
  if (origin !== null && origins.includes(origin)) return;
  const site = headers.get('sec-fetch-site');
  // the scheme may differ: a proxy may have taken TLS off
  const isOwn = origin === null || hostOf(origin) === new URL(url).host;
  const isForeign = site !== null && site !== 'same-origin' && site !== 'none';
  if (!isOwn || isForeign) throw new BridgeError('FORBIDDEN', 'pages of this origin may not use the bridge');
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
