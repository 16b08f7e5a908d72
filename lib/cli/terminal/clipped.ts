/** Characters that take two columns of a terminal: those of East Asia, and pictures. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
const PICTURE = /^(\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}])/u;
/** Characters that take none: marks on the character before, and joiners. */
const NARROW = /^(\p{M}|[\u200b-\u200d]|\ufe0e|\ufe0f)/u;

/** How many columns of a terminal a text takes. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

/** Text in so many columns at most. What is cut ends with `…`. */
export function clipped(text: string, columns: number): string {
  if (text.length <= columns && !/[^ -~]/.test(text)) return text;
  if (columnsOf(text) <= columns) return text;
  let [kept, used] = ['', 0];
  for (const character of text) {
    used += widthOf(character);
    if (used > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

function widthOf(character: string): number {
  if (character < '\u0300') return 1;
  return NARROW.test(character) ? 0 : WIDE.test(character) || PICTURE.test(character) ? 2 : 1;
}
