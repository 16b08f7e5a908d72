import type { ShownFact } from '../../cli/dash/types.js';

const NUMBERS = new Intl.NumberFormat('en');

/** A number with its thousands apart. */
export function count(number: number): string {
  return NUMBERS.format(number);
}

/** A number and its noun. */
export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** A fact in words. */
export function fact(value: ShownFact | undefined): string {
  if (value === undefined) return '';
  if (value instanceof Date) return `${value.toLocaleDateString('en-CA')} ${value.toLocaleTimeString('en-GB')}`;
  return typeof value === 'number' ? count(value) : String(value);
}

/** A size in bytes, short. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** Text with its control characters shown, so that a name cannot change the picture. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.codePointAt(0)!.toString(16).padStart(4, '0');
    return `\\u${code}`;
  });
}
