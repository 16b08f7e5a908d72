import { isCoordinationError } from '../../core/errors.js';
import { utf8Length } from '../../core/utf8Length.js';
import { BridgeError, RemoteError } from '../shared/bridgeError.js';
import { encode } from '../shared/encode.js';

/**
 * Writes a value, with the errors in it, for a page. Of an error it tells no more than a page may know.
 *
 * @param limit the most bytes of the text. It reads no more parts and characters of the value than that.
 */
export function encodeForPage(value: unknown, limit = Infinity): string {
  let left = limit;
  const spend = (cost: number) => {
    if ((left -= cost) < 0) throw new BridgeError('OVER_LIMIT', `the value has more than ${limit} bytes`);
  };
  const text = encode(value, (part) => {
    spend(1);
    if (typeof part === 'string') return spend(part.length);
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return undefined;
    if (part instanceof Error) return factsOf(part);
    if (!(part instanceof Uint8Array)) return Object.keys(part).forEach((key) => spend(key.length));
    spend(part.length);
    return Buffer.from(part.buffer, part.byteOffset, part.length).toString('base64');
  });
  left = limit;
  spend(utf8Length(text));
  return text;
}

/** The parts of an error that may leave the server. An error of a foreign kind says nothing. */
function factsOf(error: Error): object {
  if (!isCoordinationError(error)) return { code: 'FAILED', bridge: true, message: 'the server says FAILED' };
  const { code, layer, effect } = error;
  const bridge = error instanceof BridgeError;
  const mayTell = layer === 'usage' || bridge || error instanceof RemoteError;
  const { argument } = error as { readonly argument?: string };
  const told = mayTell ? { message: error.message, argument } : { message: `the server says ${code}` };
  return { code, layer, effect, ...(bridge && { bridge }), ...told };
}
