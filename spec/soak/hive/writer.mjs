// A process that writes one entry again and again until it is killed. It says in lines on its output how far it is:
// "begins", "slice", "done" or "condemned", and the number of the content.
import { writeSync } from 'node:fs';
import { lastValueFrom, tap } from 'rxjs';
import { load } from '../load.mjs';
import { SIZES, contentOf } from './contents.mjs';

const { isCoordinationError } = await load('lib/core/index.js');
const { openHive, raw } = await load('lib/hive/index.js');
const { url, alias, first, grace } = JSON.parse(process.argv[2]);
const say = (word, number) => void writeSync(1, `${word} ${number}\n`);

process.stdin.on('end', () => process.exit(1)).resume(); // the process that started this one has died
const hive = await openHive(url, { ...SIZES, grace, codec: raw });
for (let number = first; ; number++) {
  say('begins', number);
  try {
    await lastValueFrom(write(number));
    say('done', number);
  } catch (error) {
    // this process, or the store, was slower than the time of grace
    if (!isCoordinationError(error, 'UPLOAD_CONDEMNED')) throw error;
    say('condemned', number);
  }
}

/** Writes a content as a value, or as a stream of pieces. */
function write(number) {
  const content = contentOf(number);
  if (number % 2 === 0) return hive.update(alias, content);
  const pieces = (function* () {
    for (let at = 0; at < content.length; at += 7000) yield content.subarray(at, at + 7000);
  })();
  return hive.upload(pieces, { alias }).pipe(tap(() => say('slice', number)));
}
