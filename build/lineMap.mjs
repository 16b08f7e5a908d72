const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * A source map with one place for each line, its first. That is enough for stack traces and breakpoints, as the code
 * keeps its lines, and takes a fifth of the room.
 */
export function lineMap({ version, sources, mappings }) {
  const at = [0, 0, 0]; // source, line, column: differences all through the file
  const written = [0, 0, 0];
  const lines = mappings.split(';').map((segments) => {
    let line = '';
    for (const segment of segments.split(',')) {
      const [column, ...differences] = numbers(segment);
      if (differences.length < 3) continue;
      for (let i = 0; i < 3; i++) at[i] += differences[i];
      if (line === '') line = digits(column) + at.map((place, i) => digits(place - written[i])).join('');
      else continue;
      at.forEach((place, i) => (written[i] = place));
    }
    return line;
  });
  return JSON.stringify({ version, sources, names: [], mappings: lines.join(';') });
}

/** The numbers of a segment: https://tc39.es/ecma426/. */
function numbers(segment) {
  const all = [];
  let [value, shift] = [0, 0];
  for (const letter of segment) {
    const digit = DIGITS.indexOf(letter);
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit >= 32) continue;
    all.push(value & 1 ? -(value >>> 1) : value >>> 1);
    [value, shift] = [0, 0];
  }
  return all;
}

function digits(number) {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}
