/** A request, before a member is chosen. */
export interface Ask {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Encoded, below the prefix of the API; with a slash in front, below the address of the member. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: 'application/x-www-form-urlencoded' | 'application/json';
  /**
   * How often it may be sent. `'read'`: as often as wished. `'guarded'`: too, since it succeeds at most once, by the
   * index that it compares. `'once'`: only while no member can have seen it.
   */
  readonly repeat: 'read' | 'guarded' | 'once';
}

/** Fields of a query or a form. Those that are `undefined` are left out. */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Fields as `application/x-www-form-urlencoded`. */
export function encodeFields(fields: Fields): string {
  return Object.entries(fields)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
    .join('&');
}

/** A path with a query, if it has fields. */
export function withQuery(path: string, fields: Fields): string {
  const query = encodeFields(fields);
  return query === '' ? path : `${path}?${query}`;
}
