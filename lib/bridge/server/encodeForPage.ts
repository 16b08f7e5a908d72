import { isCoordinationError } from '../../core/errors.js';
import { utf8Length } from '../../core/utf8Length.js';
import { BridgeError, RemoteError } from '../shared/bridgeError.js';
import { encode, tooLarge } from '../shared/encode.js';

/**
 * Writes a value, with the errors in it, for a page. Of an error it tells no more than a page may know.
 *
 * @param limit the most bytes of the text
 */
export function encodeForPage(value: unknown, limit = Infinity): string {
  const text = encode(value, limit, factsOf);
  if (utf8Length(text) > limit) throw tooLarge(`more than ${limit} bytes`);
  return text;
}

/** The parts of an error that may leave the server. An error of a foreign kind says nothing. */
function factsOf(error: Error): object {
  if (!isCoordinationError(error)) return { code: 'FAILED', bridge: true };
  const { code, layer, effect } = error;
  const bridge = error instanceof BridgeError;
  const mayTell = layer === 'usage' || bridge || error instanceof RemoteError;
  const { argument } = error as { readonly argument?: string };
  return { code, layer, effect, ...(bridge && { bridge }), ...(mayTell && { message: error.message, argument }) };
}
