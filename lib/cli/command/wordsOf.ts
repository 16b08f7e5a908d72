import { UsageError } from '../../core/errors.js';

/** A word of a line. */
export interface Word {
  /** Without its quotes. */
  readonly text: string;
  /** Where it begins in the line. */
  readonly start: number;
  /** The quote that it does not close; `\` if the line ends with one. */
  readonly open?: '"' | "'" | '\\';
}

/**
 * The words of a line, as a shell reads it: `'…'` is text as it is, in `"…"` a backslash protects a quote and a
 * backslash, and elsewhere it protects any character. A word that begins with `#` begins a comment.
 */
export function wordsOf(line: string): readonly Word[] {
  const words: Word[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(line[at] ?? '')) at++;
    if (at >= line.length || line[at] === '#') return words;
    const { end, ...word } = wordAt(line, at);
    words.push(word);
    at = end;
  }
}

/** The words of a line, for a command. Throws a `UsageError` when a quote is not closed. */
export function argumentsIn(line: string): readonly string[] {
  return wordsOf(line).map(({ text, open }) => {
    if (open === undefined) return text;
    throw new UsageError('line', open === '\\' ? 'ends with a backslash' : `has a quote that is not closed: ${open}`);
  });
}

/** A word as it must be written to be read as this text. */
export function quotedWord(text: string): string {
  if (/^[^\s'"\\#][^\s'"\\]*$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function wordAt(line: string, start: number): Word & { readonly end: number } {
  let text = '';
  let open: Word['open'];
  let at = start;
  for (; at < line.length; at++) {
    const character = line[at]!;
    if (open === undefined && /\s/.test(character)) break;
    if (character === open) open = undefined;
    else if (open === undefined && (character === '"' || character === "'")) open = character;
    else if (character === '\\' && isEscape(open, line[at + 1])) {
      if (at + 1 === line.length) open ??= '\\';
      text += line[++at] ?? '';
    } else text += character;
  }
  return { text, start, end: at, ...(open !== undefined && { open }) };
}

function isEscape(open: Word['open'], next: string | undefined): boolean {
  return open === undefined || (open === '"' && (next === '"' || next === '\\'));
}
