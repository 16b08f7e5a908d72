/** The parts of a store's URL. */
export interface StoreUrl {
  readonly scheme: string;
  /** The URL without its place and its query: `zk://hosts`, `arakoon://cluster`. */
  readonly servers: string;
  /** The place in the store, as `apps/shop`; `''` for all of it. */
  readonly place: string;
  /** The beginning of all keys at the place, as `apps/shop/`; `''` for all keys. */
  readonly prefix: string;
  /** With its question mark; `''` if there is none. */
  readonly query: string;
}

/** Takes a URL apart: `zk://hosts/place`, `etcd://hosts/place`, `arakoon://cluster/place?node=…`. */
export function storeUrl(url: string): StoreUrl {
  const [, scheme = '', authority = '', place = '', query = ''] =
    /^([a-z0-9]+):\/\/([^/?#]*)\/?([^?#]*)(\?[^#]*)?$/i.exec(url) ?? [];
  return {
    scheme: scheme.toLowerCase(),
    servers: `${scheme.toLowerCase()}://${authority}`,
    place,
    prefix: place === '' || place.endsWith('/') ? place : `${place}/`,
    query,
  };
}
