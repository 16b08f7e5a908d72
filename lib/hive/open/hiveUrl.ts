import { pathFault, text } from '../../core/check.js';
import { UsageError } from '../../core/errors.js';

/** The stores that a hive can be opened in, as a URL names them. */
export type HiveScheme = 'zk' | 'etcd' | 'etcd2' | 'arakoon' | 'memory';

/** A store, and the place of a hive in it. */
export interface HiveUrl {
  readonly scheme: HiveScheme;
  /** The servers as the store's own client takes them, without the place. */
  readonly servers: string;
  /** Names with slashes between, as `apps/shop`. */
  readonly place: string;
}

const SCHEME = /^([a-z0-9]+):(?:\/\/)?(.*)$/s;
const PARTS = /^([^/?#]*)(\/[^?#]*)?(\?[^#]*)?$/;
const SCHEMES: readonly string[] = ['zk', 'etcd', 'etcd2', 'arakoon', 'memory'] satisfies HiveScheme[];
/** Where a hive is whose URL names no place. */
const USUAL = 'hive';

/** Reads the URL of a hive. Throws a `UsageError` that names `url`. */
export function hiveUrl(url: string): HiveUrl {
  const [, scheme = '', rest = ''] = SCHEME.exec(text('url', url).trim()) ?? [];
  if (!SCHEMES.includes(scheme))
    throw new UsageError('url', 'must begin with zk://, etcd://, etcd2://, arakoon:// or memory:');
  const parts = PARTS.exec(rest);
  if (parts === null) throw new UsageError('url', "must have no '#'");
  const [, authority = '', path = '', query = ''] = parts;
  if (scheme === 'memory') {
    if (authority !== '' || query !== '') throw new UsageError('url', 'memory: takes a place only, as memory:/place');
  } else if (authority === '') throw new UsageError('url', `names no server, as ${scheme}://host:port/place does`);
  if (query !== '' && scheme !== 'arakoon')
    throw new UsageError('url', "must have no '?', which only arakoon:// takes");
  const names = path.split('/').filter((name) => name !== '');
  if (names.some((name) => name === '.' || name === '..'))
    throw new UsageError('url', "must have no '.' or '..' in it");
  const place = names.length === 0 ? USUAL : names.join('/');
  const fault = scheme === 'zk' ? pathFault(`/${place}`) : undefined;
  if (fault !== undefined) throw new UsageError('url', `has a place that is no path: it ${fault}`);
  return {
    scheme: scheme as HiveScheme,
    servers: `${scheme === 'etcd2' ? 'etcd' : scheme}://${authority}${query}`,
    place,
  };
}
