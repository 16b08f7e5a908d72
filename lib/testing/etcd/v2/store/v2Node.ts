/** A node as the v2 API shows it. The order of the fields is etcd's. */
export interface ShownNode {
  /** The root has none. */
  readonly key?: string | undefined;
  readonly value?: string | undefined;
  readonly dir?: true | undefined;
  readonly expiration?: string | undefined;
  /** Seconds. */
  readonly ttl?: number | undefined;
  readonly nodes?: readonly ShownNode[] | undefined;
  readonly modifiedIndex?: number | undefined;
  readonly createdIndex?: number | undefined;
}

/** The last moment that has a name in a calendar. */
const LAST_MOMENT = 8.64e15;
const SECOND = 1000;

/** A file or a directory of the v2 store. */
export class V2Node {
  /** With a slash in front; `''` for the root. */
  readonly key: string;
  readonly parent: V2Node | undefined;
  /** What is in a directory, by name; a file has none. */
  readonly children: Map<string, V2Node> | undefined;
  readonly createdIndex: number;
  modifiedIndex: number;
  value = '';
  /** The time of the scheduler at which it expires. */
  expires: number | undefined;

  constructor(key: string, parent: V2Node | undefined, index: number, isDirectory: boolean) {
    this.key = key;
    this.parent = parent;
    this.createdIndex = index;
    this.modifiedIndex = index;
    this.children = isDirectory ? new Map() : undefined;
  }

  get name(): string {
    return this.key.slice(this.key.lastIndexOf('/') + 1);
  }

  /**
   * The node as it is now.
   *
   * @param depth how many levels below it are shown. Hidden ones never are
   */
  show(now: number, depth = 0, sorted = false): ShownNode {
    const { key, children, value, modifiedIndex, createdIndex } = this;
    return {
      key: key || undefined,
      ...(children === undefined ? { value } : { dir: true }),
      ...this.lifetime(now),
      nodes: depth === 0 || children === undefined ? undefined : shownAll(children, now, depth - 1, sorted),
      modifiedIndex: modifiedIndex || undefined,
      createdIndex: createdIndex || undefined,
    };
  }

  /** When it expires, and how many seconds are left until then. */
  lifetime(now: number): Pick<ShownNode, 'expiration' | 'ttl'> {
    const { expires } = this;
    if (expires === undefined) return {};
    const expiration = new Date(Math.min(expires, LAST_MOMENT)).toISOString().replace(/\.?0+Z$/, 'Z');
    return { expiration, ttl: Math.ceil((expires - now) / SECOND) || undefined };
  }
}

function shownAll(
  children: ReadonlyMap<string, V2Node>,
  now: number,
  depth: number,
  sorted: boolean
): readonly ShownNode[] | undefined {
  const visible = [...children].filter(([name]) => !name.startsWith('_'));
  if (sorted) visible.sort(([a], [b]) => Buffer.from(a).compare(Buffer.from(b)));
  return visible.length === 0 ? undefined : visible.map(([, child]) => child.show(now, depth, sorted));
}
