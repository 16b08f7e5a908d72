import { V2Refusal } from '../v2Refusal.js';
import type { HttpRequest } from './httpRequest.js';

/** Most bytes of a form. */
const LARGEST = 10 * 1024 ** 2;
/** Methods whose body may be a form. */
const WITH_FORM = /^(?:POST|PUT|PATCH)$/;
const TRUE = /^(?:1|t|T|TRUE|true|True)$/;
const FALSE = /^(?:0|f|F|FALSE|false|False)$/;
const LARGEST_NUMBER = 2n ** 64n - 1n;

/** The fields of a request, in its body and its query, as Go's server reads them. Those of the body come first. */
export class GoForm {
  readonly #fields: ReadonlyMap<string, string>;

  private constructor(fields: ReadonlyMap<string, string>) {
    this.#fields = fields;
  }

  /** Throws a refusal of a request that is no form. */
  static read({ method, url, headers, body }: HttpRequest): GoForm {
    const fields = new Map<string, string>();
    if (WITH_FORM.test(method) && /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')) {
      if (body.length > LARGEST) throw new V2Refusal(210, 'http: POST too large');
      collect(body.toString('latin1'), fields);
    }
    collect(url.split('?').slice(1).join('?'), fields);
    return new GoForm(fields);
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  text(name: string): string {
    return this.#fields.get(name) ?? '';
  }

  /** A boolean. Throws a refusal with these words. */
  flag(name: string, words = `invalid value for "${name}"`): boolean {
    const value = this.#fields.get(name);
    if (value === undefined || FALSE.test(value)) return false;
    if (TRUE.test(value)) return true;
    throw new V2Refusal(209, words);
  }

  /** A whole number; 0 where there is none. Throws a refusal with this number. */
  number(name: string, refusal: number): number {
    const value = this.#fields.get(name);
    if (value === undefined) return 0;
    if (/^\d+$/.test(value) && BigInt(value) <= LARGEST_NUMBER) return Number(value);
    throw new V2Refusal(refusal, `invalid value for "${name}"`);
  }
}

/** Reads fields. The first of a name counts. */
function collect(encoded: string, fields: Map<string, string>): void {
  for (const part of encoded.split('&')) {
    if (part.includes(';')) throw new V2Refusal(210, 'invalid semicolon separator in query');
    if (part === '') continue;
    const cut = part.indexOf('=');
    const name = unescaped(cut < 0 ? part : part.slice(0, cut));
    const value = unescaped(cut < 0 ? '' : part.slice(cut + 1));
    if (!fields.has(name)) fields.set(name, value);
  }
}

function unescaped(text: string): string {
  const wrong = /%(?![0-9a-f]{2})/i.exec(text);
  if (wrong !== null) {
    const shown = text.slice(wrong.index, wrong.index + 3);
    throw new V2Refusal(210, `invalid URL escape ${JSON.stringify(shown)}`);
  }
  return unescapedPath(text.replaceAll('+', ' '));
}

/** Text whose escapes are good. Bytes that are no UTF-8 are lost. */
export function unescapedPath(text: string): string {
  const bytes = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
