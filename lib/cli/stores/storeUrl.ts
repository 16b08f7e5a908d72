/** The parts of a store's URL. */
export interface StoreUrl {
  /** The URL without its place. */
  readonly servers: string;
  /** The place in the store, as `apps/shop`; `''` for all of it. */
  readonly place: string;
  /** The beginning of all keys at the place, as `apps/shop/`; `''` for all keys. */
  readonly prefix: string;
}

/** Takes a URL apart: `zk://hosts/place`, `etcd://hosts/place`, `arakoon://cluster/place?node=…`. */
export function storeUrl(url: string): StoreUrl {
  const [, scheme = '', authority = '', place = '', query = ''] =
    /^([a-z0-9]+:\/\/)([^/?#]*)\/?([^?#]*)(\?[^#]*)?$/i.exec(url) ?? [];
  return {
    servers: scheme.toLowerCase() + authority + query,
    place,
    prefix: place === '' || place.endsWith('/') ? place : `${place}/`,
  };
}
