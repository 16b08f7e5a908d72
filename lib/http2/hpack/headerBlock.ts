import type { Http2Headers } from '../../core/http2Link.js';
import { staticTable } from './staticTable.js';

/** The bytes of a block of headers. No table is used, so that they are the same on every connection. */
export function headerBlock(headers: Http2Headers): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const index = staticTable.findIndex(([other, its]) => other === name && its === value) + 1;
    if (index > 0) {
      parts.push(number(0x80, 0x7f, index));
      continue;
    }
    const named = staticTable.findIndex(([other]) => other === name) + 1;
    parts.push(number(0, 0x0f, named));
    if (named === 0) parts.push(...text(name));
    parts.push(...text(value));
  }
  return Buffer.concat(parts);
}

function text(value: string): readonly Buffer[] {
  const bytes = Buffer.from(value, 'latin1');
  return [number(0, 0x7f, bytes.length), bytes];
}

/** A number behind the bits of `kind`. Source: RFC 7541, section 5.1. */
function number(kind: number, mask: number, value: number): Buffer {
  if (value < mask) return Buffer.of(kind | value);
  const bytes = [kind | mask];
  let rest = value - mask;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.of(...bytes, rest);
}
