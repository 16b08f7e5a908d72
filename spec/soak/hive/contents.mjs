// Contents that show which number they are of, and whether they are whole.
import { load } from '../load.mjs';

const { seededRandom } = await load('lib/testing/proxy/seededRandom.js');

/** The sizes of the hive: contents are of one cell, or of up to nine slices. */
export const SIZES = { inlineBytes: 1000, sliceBytes: 16_000, window: 3 };
const MOST_SLICES = 8;
const SMALL_ONES = 1 / 4;

/** The content of this number: the number, and bytes that follow from it. Every number has a length of its own. */
export function contentOf(number) {
  const random = seededRandom(number);
  const most = random() < SMALL_ONES ? SIZES.inlineBytes : SIZES.sliceBytes * MOST_SLICES;
  const content = Buffer.alloc(4 + Math.ceil((random() * most) / 4) * 4);
  content.writeUInt32BE(number);
  for (let at = 4; at < content.length; at += 4) content.writeUInt32BE(Math.floor(random() * 2 ** 32), at);
  return content;
}

/** The number that a content is of; `undefined` if it is not the whole content of one number. */
export function numberOf(content) {
  const bytes = Buffer.from(content);
  if (bytes.length < 4) return undefined;
  const number = bytes.readUInt32BE();
  return bytes.equals(contentOf(number)) ? number : undefined;
}
