import { type Codec, ValueError, utf8, valueFault } from '../../../core/codecs.js';
import type { CoordinationError, ErrorContext } from '../../../core/errors.js';
import type { EtcdV2Node, EtcdV2Result } from './answer.js';

/** How bytes become text, which is all that the v2 API stores. */
export type EtcdV2Encoding = 'text' | 'base64';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Makes text of a caller's values, and values of text. Bytes that are no text are refused, for servers spoil them. */
export class ValueCodec<V> {
  readonly values: Codec<V>;
  readonly encoding: EtcdV2Encoding;

  constructor(values: Codec<V>, encoding: EtcdV2Encoding) {
    this.values = values;
    this.encoding = encoding;
  }

  /** The text of a value. Throws a `ValueError` if it has none. */
  text(value: V): string {
    let bytes: Uint8Array | null;
    try {
      bytes = this.values.encode(value);
    } catch (error) {
      throw valueFault(error, {});
    }
    if (bytes === null) throw new ValueError('value: the codec has made null of it, and etcd has no such value');
    if (this.encoding === 'base64') return Buffer.from(bytes).toString('base64');
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw new ValueError("value: it is not text; choose the encoding 'base64'", { cause });
    }
  }

  /** The value that a text stands for. Throws a `ValueError` if it stands for none. */
  value(text: string): V {
    if (this.encoding === 'text') return this.values.decode(utf8.encode(text));
    if (!BASE64.test(text)) throw new ValueError('value: it is not base64');
    return this.values.decode(Buffer.from(text, 'base64'));
  }

  /** A node with the caller's values. Throws a `ValueError` that names the key. */
  node(node: EtcdV2Node, context: ErrorContext): EtcdV2Node<V> {
    return this.#mapped(node, (text, { key }) => {
      try {
        return { value: this.value(text) };
      } catch (error) {
        throw valueFault(error, { ...context, path: key });
      }
    });
  }

  /** A node with the caller's values; and with an error in place of one that cannot be shown. */
  tolerant(node: EtcdV2Node, operation: string, known: WeakMap<EtcdV2Node, EtcdV2Node<V>>): EtcdV2Node<V> {
    return this.#mapped(
      node,
      (text, { key }) => {
        try {
          return { value: this.value(text) };
        } catch (error) {
          return { error: valueFault(error, { operation, path: key }) };
        }
      },
      known
    );
  }

  /** An answer with the caller's values. */
  result(result: EtcdV2Result, context: ErrorContext): EtcdV2Result<V> {
    const { node, prevNode } = result;
    return {
      ...result,
      node: node === undefined ? undefined : this.node(node, context),
      prevNode: prevNode === undefined ? undefined : this.node(prevNode, context),
    };
  }

  #mapped(
    node: EtcdV2Node,
    shown: (text: string, node: EtcdV2Node) => { value: V } | { error: CoordinationError },
    known?: WeakMap<EtcdV2Node, EtcdV2Node<V>>
  ): EtcdV2Node<V> {
    const before = known?.get(node);
    if (before !== undefined) return before;
    const { value, nodes, ...rest } = node;
    const made: EtcdV2Node<V> = {
      ...(rest as Omit<EtcdV2Node, 'value' | 'nodes'>),
      ...(value !== undefined && shown(value, node)),
      ...(nodes !== undefined && { nodes: nodes.map((it) => this.#mapped(it, shown, known)) }),
    };
    known?.set(node, made);
    return made;
  }
}
