import { UsageError } from '../core/errors.js';

/** What stands behind a name, and where. */
export interface IniValue {
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

/** A part of the file: the values below a `[name]`. */
export class IniSection {
  readonly name: string;
  readonly line: number;
  readonly #values = new Map<string, IniValue[]>();

  constructor(name: string, line: number) {
    this.name = name;
    this.line = line;
  }

  /** @internal */
  add(name: string, value: IniValue): void {
    const others = this.#values.get(name);
    if (others === undefined) this.#values.set(name, [value]);
    else others.push(value);
  }

  /** A value that ends at its first blank; `undefined` where there is none. */
  scalar(name: string): IniValue | undefined {
    const value = this.#only(name);
    return value && { ...value, text: /^[^ \t]*/.exec(value.text)![0] };
  }

  /** Values with blanks, tabs or commas between. */
  list(name: string): readonly string[] {
    return (this.#only(name)?.text ?? '').split(/[ \t,]+/).filter((item) => item !== '');
  }

  /** `true` or `false`, which it is where it is not said. */
  flag(name: string): boolean {
    const value = this.scalar(name);
    if (value === undefined || value.text === 'false') return false;
    if (value.text === 'true') return true;
    throw iniFault(value.line, `${name} must be true or false, not ${JSON.stringify(value.text)}`);
  }

  /** A whole number, as OCaml writes them: `4000`, `4_000`, `0xfa0`. */
  int(name: string): number | undefined {
    const value = this.scalar(name);
    if (value === undefined) return undefined;
    if (!/^(\d[\d_]*|0x[\da-f][\da-f_]*)$/i.test(value.text)) throw iniFault(value.line, `${name} must be a whole number, not ${JSON.stringify(value.text)}`);
    return Number(value.text.replaceAll('_', ''));
  }

  /** Two would leave it to the reader which one counts. */
  #only(name: string): IniValue | undefined {
    const [value, another] = this.#values.get(name) ?? [];
    if (another !== undefined) throw iniFault(another.line, `${name} stands in line ${value!.line} already`);
    return value;
  }
}

const SECTION = /^\[([\w:-]+)\][ \t]*$/;
const ASSIGNMENT = /^[ \t]*([\w:-]+)[ \t]*=[ \t]*(.*)$/;

/** The sections of an Arakoon configuration, by its own rules. Throws a `UsageError` that says in which line it is broken. */
export function iniFile(text: string): ReadonlyMap<string, IniSection> {
  if (typeof text !== 'string') throw new UsageError('text', `must be the text of a configuration, not ${typeof text}`);
  const sections = new Map<string, IniSection>();
  let section: IniSection | undefined;
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    if (lines[at]!.startsWith('#') || lines[at]!.trim() === '') continue;
    let whole = lines[at]!;
    while (whole.endsWith('\\') && at + 1 < lines.length) whole = whole.slice(0, -1) + lines[++at]!;
    const [, name] = SECTION.exec(whole) ?? [];
    const [, key, value] = ASSIGNMENT.exec(whole) ?? [];
    if (name !== undefined) {
      section = sections.get(name) ?? new IniSection(name, line);
      sections.set(name, section);
    } else if (key === undefined) {
      throw iniFault(line, `is neither [section], nor name = value, nor a comment with # in column 1: ${JSON.stringify(whole.slice(0, 80))}`);
    } else if (section === undefined) {
      throw iniFault(line, `${key} stands before the first [section]`);
    } else {
      if (!/^[\t -~]*$/.test(value!)) throw iniFault(line, `${key} has characters that are not printable ASCII`);
      section.add(key, { text: value!.trimEnd(), line });
    }
  }
  return sections;
}

export function iniFault(line: number, message: string): UsageError {
  return new UsageError('text', `line ${line}: ${message}`);
}
