/** The ways to show a value. */
export type Look = 'text' | 'JSON' | 'hex';

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of bytes; `undefined` if they are none. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return DECODER.decode(bytes);
  } catch {
    return undefined;
  }
}

/** JSON with indents; `undefined` if the bytes are no JSON of an object or an array. */
export function jsonOf(bytes: Uint8Array): string | undefined {
  const text = textOf(bytes)?.trim();
  if (text === undefined || !/^[[{]/.test(text)) return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return indented(text);
}

/** JSON with a line for each entry. Works on the text, because `JSON.parse` would round large numbers. */
function indented(json: string): string {
  let depth = 0;
  const line = () => `\n${'  '.repeat(depth)}`;
  return (json.match(/"(?:[^"\\]|\\.)*"|[^\s{}[\],:]+|[{}[\],:]/g) ?? [])
    .map((token, i, all) => {
      const next = all[i + 1] ?? '';
      if (token === ',') return `,${line()}`;
      if (token === ':') return ': ';
      if (/^[{[]$/.test(token)) {
        depth++;
        return /^[}\]]$/.test(next) ? token : token + line();
      }
      if (!/^[}\]]$/.test(token)) return token;
      depth--;
      return /^[{[]$/.test(all[i - 1] ?? '') ? token : line() + token;
    })
    .join('');
}

/** Two hexadecimal digits for each byte. */
export function digitsOf(bytes: Iterable<number>): string[] {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
}

/** Lines of 16 bytes, with their offset and their characters. */
export function hexOf(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const part = [...bytes.subarray(at, at + 16)];
    const digits = digitsOf(part);
    const characters = part.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·')).join('');
    const left = digits.slice(0, 8).join(' ').padEnd(23);
    lines.push(`${at.toString(16).padStart(6, '0')}  ${left}  ${digits.slice(8).join(' ').padEnd(23)}  ${characters}`);
  }
  return lines.join('\n');
}

/** The ways in which a value can be shown, the best first. */
export function looksOf(bytes: Uint8Array): readonly Look[] {
  if (textOf(bytes) === undefined) return ['hex'];
  return jsonOf(bytes) === undefined ? ['text', 'hex'] : ['JSON', 'text', 'hex'];
}

/** A value as text. */
export function shownAs(look: Look, bytes: Uint8Array): string {
  if (look === 'hex') return hexOf(bytes);
  return (look === 'JSON' ? jsonOf(bytes) : textOf(bytes)) ?? '';
}
