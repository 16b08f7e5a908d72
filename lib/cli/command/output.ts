import { isUtf8 } from 'node:buffer';
import type { StoreNode } from '../stores/treeStore.js';
import type { Terminal } from '../terminal/terminal.js';
import { clipped } from '../terminal/clipped.js';
import { tableOf } from '../terminal/tableOf.js';
import { visible } from '../terminal/visible.js';

/** A value that `--json` can print. Dates become ISO text. */
export type Printable =
  string | number | boolean | null | undefined | Date | readonly Printable[] | { readonly [key: string]: Printable };

/** A record for `--json`. */
export type Printed = Readonly<Record<string, Printable>>;

/** Characters of a value in a line that is not a terminal's. */
const LONGEST = 100;
const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34 } as const;

/** A style of text on a terminal. */
export type Style = keyof typeof STYLES;

/** Prints results: for a person, or as NDJSON for a program. */
export class Output {
  readonly isJson: boolean;
  readonly #terminal: Terminal;

  constructor(terminal: Terminal, isJson: boolean) {
    this.#terminal = terminal;
    this.isJson = isJson;
  }

  /** Prints a result: its text, or the record as one line of JSON. */
  async result(text: string, record: Printed): Promise<void> {
    await this.#terminal.print(this.isJson ? JSON.stringify(record) : text);
  }

  /**
   * Prints a value whole: for a program the bytes and a line break, for a person the text, without characters that
   * move the cursor. Of bytes that are no text, a person sees the beginning.
   *
   * @param raw the command that writes the bytes as they are
   */
  async value(value: Uint8Array, record: Printed, raw: string): Promise<void> {
    const bytes = bufferOf(value);
    if (this.isJson || isUtf8(bytes)) {
      const text = bytes.toString();
      const isForPerson = this.#terminal.columns !== undefined;
      return this.result(isForPerson ? text.replace(/[^\n\t]+/g, visible) : text, record);
    }
    if (this.#terminal.columns === undefined) return this.#terminal.write(Buffer.concat([bytes, Buffer.from('\n')]));
    await this.#terminal.print(this.brief(bytes));
    this.#terminal.note(visible(`${bytes.length} bytes that are no text. Try: ${raw} > FILE`));
  }

  /**
   * Prints a table with a title for each column. Numbers stand to the right. In a terminal that is too narrow for it,
   * rows become records. As JSON, one record for each row.
   */
  async table(rows: readonly Printed[]): Promise<void> {
    if (this.isJson) {
      for (const row of rows) await this.#terminal.print(JSON.stringify(row));
      return;
    }
    const names = Object.keys(Object.assign({}, ...rows) as Printed);
    const cells = {
      titles: names,
      rows: rows.map((row) => names.map((name) => this.shown(row[name]))),
      isNumeric: names.map((name) => rows.every((row) => ['number', 'undefined'].includes(typeof row[name]))),
    };
    for (const { title, text } of tableOf(cells, this.#terminal.columns ?? Infinity))
      await this.#terminal.print((title && this.paint('dim', title)) + text);
  }

  /** Prints one record: a line for each of its fields. */
  async record(record: Printed): Promise<void> {
    if (this.isJson) return this.#terminal.print(JSON.stringify(record));
    const fields = Object.entries(record).filter(([, value]) => value !== undefined);
    const width = Math.max(...fields.map(([name]) => name.length));
    for (const [name, value] of fields)
      await this.#terminal.print(`${this.paint('dim', name.padEnd(width))}  ${this.shown(value)}`);
  }

  /** A node as a record: its value as `value` where it is text, else as `base64`. */
  node({ path, value, facts }: Pick<StoreNode, 'path'> & Partial<StoreNode>): Printed {
    if (value === undefined || value === null) return { path, value, ...facts };
    const bytes = bufferOf(value);
    return { path, ...(isUtf8(bytes) ? { value: bytes.toString() } : { base64: bytes.toString('base64') }), ...facts };
  }

  /** A name of a node. It may be empty, as in a key that begins with a slash. */
  name(name: string): string {
    return name === '' ? this.paint('dim', '(empty name)') : visible(name);
  }

  /** The beginning of a value, in the rest of a line. */
  brief(value: Uint8Array | null | undefined, taken = 0): string {
    if (value === undefined) return this.paint('red', '(may not be read)');
    if (value === null) return '';
    const bytes = bufferOf(value);
    const line = visible(isUtf8(bytes) ? bytes.toString() : `0x${bytes.toString('hex')}`);
    const room = Math.max(20, (this.#terminal.columns ?? taken + LONGEST) - taken - 1);
    return clipped(line, room);
  }

  /** The time of day, in front of a change. */
  time(): string {
    return this.paint('dim', new Date().toTimeString().slice(0, 8));
  }

  /** Text in a style, where the terminal has colours. */
  paint(style: Style, text: string): string {
    return this.#terminal.hasColours && !this.isJson ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;
  }

  /** A value as a person reads it. */
  shown(value: Printable): string {
    if (value === undefined || value === null) return '';
    if (value instanceof Date) return value.toISOString();
    return visible(typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
}

function bufferOf(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.length);
}
