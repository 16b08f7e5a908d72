import { text } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';

/** The stores that a hive can be opened in, as a URL names them. */
export type HiveScheme = 'zk' | 'etcd' | 'arakoon' | 'memory';

/** A store, and the place of a hive in it. */
export interface HiveUrl {
  readonly scheme: HiveScheme;
  /** The URL as the store's own client takes it, without the place. */
  readonly servers: string;
  /** Names with slashes between, as `apps/shop`. */
  readonly place: string;
}

const URL_PARTS = /^([a-z0-9]+):(?:\/\/)?([^/?#]*)(\/[^?#]*)?(\?[^#]*)?$/;
const SCHEMES: readonly string[] = ['zk', 'etcd', 'arakoon', 'memory'] satisfies HiveScheme[];
/** Where a hive is whose URL names no place. */
const USUAL = 'hive';

/** Reads the URL of a hive. Throws a `UsageError` that names `url`. */
export function hiveUrl(url: string): HiveUrl {
  const [, scheme = '', authority = '', path = '', query = ''] = URL_PARTS.exec(text('url', url).trim()) ?? [];
  if (!SCHEMES.includes(scheme))
    throw new UsageError('url', `must begin with zk://, etcd://, arakoon:// or memory:, not with ${shown(scheme)}`);
  if ((authority === '') !== (scheme === 'memory'))
    throw new UsageError(
      'url',
      authority === '' ? 'names no server' : 'memory: has no server; a place has a slash in front'
    );
  const names = path.split('/').filter((name) => name !== '');
  return {
    scheme: scheme as HiveScheme,
    servers: `${scheme}://${authority}${query}`,
    place: names.length === 0 ? USUAL : names.join('/'),
  };
}

function shown(scheme: string): string {
  return scheme === '' ? 'anything else' : `${scheme}:`;
}
