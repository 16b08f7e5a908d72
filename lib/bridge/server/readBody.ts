import { BridgeError } from '../shared/bridgeError.js';

/** The text of a request's body, of which no more than `limit` bytes are read. */
export async function readBody(request: Request, limit: number): Promise<string> {
  const tooLarge = () => new BridgeError('OVER_LIMIT', `a request has at most ${limit} bytes`);
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge();
  if (request.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > limit) {
      reader.cancel().catch(() => {}); // the sender may be gone
      throw tooLarge();
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}
