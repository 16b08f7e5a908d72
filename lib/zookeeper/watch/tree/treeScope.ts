import type { Codec } from '../../../core/codecs.js';
import { UsageError } from '../../../core/errors.js';
import { decodedOrError } from '../../../core/watched.js';
import type { Content } from './treeNode.js';

/** Which part of a tree is watched, and how its nodes are read. */
export class TreeScope<T> {
  readonly path: string;
  readonly #codec: Codec<T> | undefined;
  readonly #depth: number;
  readonly #filter: ((path: string) => boolean) | undefined;
  #asked: string | undefined;
  #names: readonly string[] = [];

  constructor(
    path: string,
    codec: Codec<T> | undefined,
    depth: number,
    filter: ((path: string) => boolean) | undefined
  ) {
    this.path = path;
    this.#codec = codec;
    this.#depth = depth;
    this.#filter = filter;
  }

  /**
   * The names that lead from where the tree begins to a path at or below it. The last answer is kept: one path is asked
   * for several times over.
   */
  names(path: string): readonly string[] {
    if (path !== this.#asked) {
      this.#asked = path;
      this.#names = path === this.path ? [] : path.slice(this.path === '/' ? 1 : this.path.length + 1).split('/');
    }
    return this.#names;
  }

  /** Whether the node's children are part of the tree. */
  hasRoomBelow(path: string): boolean {
    return this.#depth === Infinity || this.names(path).length < this.#depth;
  }

  /** Whether a node is part of the tree, when the one above it is. */
  admits(path: string): boolean {
    if (path === this.path) return true;
    if (this.#depth !== Infinity && this.names(path).length > this.#depth) return false;
    try {
      return this.#filter === undefined || this.#filter(path);
    } catch (cause) {
      throw new UsageError('options.filter', `threw for ${path}`, { path, cause });
    }
  }

  /**
   * The decoded content of a node.
   *
   * @param shared whether these were read with many others: bytes that were read alone are copied, because they would
   * keep the memory of a whole chunk
   */
  content(path: string, bytes: Uint8Array | null, shared: boolean): Content<T> {
    if (this.#codec !== undefined) return decodedOrError(this.#codec, bytes, 'watchTree', path);
    return { kind: 'present', value: (shared || bytes === null ? bytes : alone(bytes)) as T };
  }
}

function alone(bytes: Uint8Array): Uint8Array {
  const own = Buffer.allocUnsafeSlow(bytes.length);
  own.set(bytes);
  return own;
}
