import { columnsOf } from './clipped.js';

/**
 * Text as lines of so many columns at most. It breaks after spaces, commas and slashes where a line has any in its
 * second half, and else where it must. No character is lost but the spaces at the ends of lines.
 */
export function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  for (let most = fitting(rest, columns); most < rest.length; most = fitting(rest, columns)) {
    const place = Math.max(...[' ', ',', '/', ';'].map((mark) => rest.lastIndexOf(mark, most - 1))) + 1;
    const end = place > most / 2 ? place : most;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

/** How many units of the text fit; one character at least. */
function fitting(text: string, columns: number): number {
  let [end, used] = [0, 0];
  for (const character of text) {
    used += columnsOf(character);
    if (used > columns && end > 0) break;
    end += character.length;
  }
  return end;
}
