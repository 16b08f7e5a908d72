import { UsageError } from '../core/errors.js';

/** The value of a name, and its line. */
export interface IniValue {
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

/**
 * The values below a `[name]`. A section may stand in several parts, and a value several times: the last one counts.
 */
export class IniSection {
  readonly name: string;
  readonly line: number;
  readonly #parts: readonly Map<string, IniValue>[];

  constructor(name: string, line: number, parts: readonly Map<string, IniValue>[] = []) {
    this.name = name;
    this.line = line;
    this.#parts = parts;
  }

  /** The same section with one more part, into which `add` puts values. */
  another(): IniSection {
    return new IniSection(this.name, this.line, [...this.#parts, new Map<string, IniValue>()]);
  }

  add(name: string, value: IniValue): void {
    this.#parts.at(-1)!.set(name, value);
  }

  /**
   * The section as the server reads it: the last part alone. Where that lacks a value that the server needs, and so
   * refuses, all parts count together.
   */
  asRead(needed: readonly string[]): IniSection {
    const last = this.#parts.at(-1)!;
    return needed.every((name) => last.has(name)) ? new IniSection(this.name, this.line, [last]) : this;
  }

  /** A value that ends at its first blank; `undefined` where there is none. */
  scalar(name: string): IniValue | undefined {
    const value = this.#value(name);
    return value && { ...value, text: /^[^ \t\n]*/.exec(value.text)![0] };
  }

  /** Values with blanks, tabs or commas between, on one line or on several. */
  list(name: string): readonly string[] {
    const text = this.#value(name)?.text ?? '';
    return text.split(/(?:[ \t,]|\\\n+)+/).filter((item) => item !== '');
  }

  /** A boolean; `false` where it is missing. Text behind it does not count. */
  flag(name: string): boolean {
    const value = this.scalar(name);
    if (value === undefined) return false;
    const [found] = /^(?:true|false)/.exec(value.text) ?? [];
    if (found === undefined)
      throw iniFault(value.line, `${name} must be true or false, not ${JSON.stringify(value.text)}`);
    return found === 'true';
  }

  /**
   * A whole number, as OCaml reads them: `4000`, `+4_000`, `0xfa0`, `0o7640`, `0b1111`. Text behind it does not count.
   */
  int(name: string): number | undefined {
    const value = this.scalar(name);
    if (value === undefined) return undefined;
    const [, sign, digits] = INTEGER.exec(value.text) ?? [];
    if (digits === undefined)
      throw iniFault(value.line, `${name} must be a whole number, not ${JSON.stringify(value.text)}`);
    return Number(digits.replaceAll('_', '')) * (sign === '-' ? -1 : 1);
  }

  #value(name: string): IniValue | undefined {
    return this.#parts.findLast((part) => part.has(name))?.get(name);
  }
}

const INTEGER = /^([+-]?)(0[xX][\da-fA-F][\da-fA-F_]*|0o[0-7][0-7_]*|0b[01][01_]*|(?!0[xXob])\d[\d_]*)/;
/** Blanks, and a backslash at the end of a line, which continues it. */
const BLANK = '(?:[ \\t]|\\\\\\n+)*';
const NAME = '([-_:0-9A-Za-z]+)';
/** The tokens of the server's own lexer, with its own priorities. */
const SECTION = new RegExp(`${BLANK}\\[${BLANK}${NAME}${BLANK}\\][ \\t]*(?=\\n)`, 'y');
const ASSIGNMENT = new RegExp(`${BLANK}${NAME}${BLANK}=${BLANK}((?:\\\\\\n+|[^\\n])*)`, 'y');
const EMPTY = new RegExp(`${BLANK}\\n+`, 'y');

/**
 * The sections of an Arakoon configuration, by the server's own rules. Throws a `UsageError` that says in which line it
 * is broken.
 */
export function iniFile(text: string): ReadonlyMap<string, IniSection> {
  if (typeof text !== 'string') throw new UsageError('text', `must be the text of a configuration, not ${typeof text}`);
  const sections = new Map<string, IniSection>();
  let section: IniSection | undefined;
  const { source, lineAt } = withoutComments(text);
  for (let at = 0; at < source.length;) {
    const take = (pattern: RegExp) => {
      pattern.lastIndex = at;
      const found = pattern.exec(source);
      if (found !== null) at = pattern.lastIndex;
      return found;
    };
    if (take(EMPTY) !== null) continue;
    const line = lineAt(at);
    const [, name] = take(SECTION) ?? [];
    const [, key, value] = name === undefined ? (take(ASSIGNMENT) ?? []) : [];
    if (name !== undefined) {
      section = (sections.get(name) ?? new IniSection(name, line)).another();
      sections.set(name, section);
    } else if (key === undefined) {
      // which may be a secret
      throw iniFault(line, 'is neither [section], nor name = value, nor a comment with # in column 1');
    } else if (section === undefined) {
      throw iniFault(line, `${key} stands before the first [section]`);
    } else {
      if (!/^[\n\t -~]*$/.test(value!)) throw iniFault(line, `${key} has characters that are not printable ASCII`);
      section.add(key, { text: value!.trimEnd(), line });
    }
  }
  return sections;
}

export function iniFault(line: number, message: string): UsageError {
  return new UsageError('text', `line ${line}: ${message}`);
}

/** The server drops comments before it looks at anything else, so a value may go on behind one. */
function withoutComments(text: string): { readonly source: string; readonly lineAt: (at: number) => number } {
  const kept = text
    .split(/\r?\n/)
    .map((line, i) => ({ line, number: i + 1 }))
    .filter(({ line }) => !line.startsWith('#'));
  const starts: number[] = [];
  let length = 0;
  for (const { line } of kept) {
    starts.push(length);
    length += line.length + 1;
  }
  const lineAt = (at: number) => kept[starts.findLastIndex((start) => start <= at)]!.number;
  return { source: kept.map(({ line }) => `${line}\n`).join(''), lineAt };
}
