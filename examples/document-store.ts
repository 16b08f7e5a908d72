/**
 * A store of documents: files and streams of any size, each under a UUID. They are stored with a progress bar, listed,
 * read back and compared. One is replaced while a reader is in the middle of it, and the reader gets the old one whole.
 * A watch shows the list as it changes, and a sweep at the end says which slices are not needed any more.
 * Needs no server: without an argument, the documents are in the memory of this process.
 * Try: `document-store.js zk://127.0.0.1:2181/documents`, and a file of yours as the second argument.
 */
import { type AnyHive, type HiveSource, openHive, raw } from 'quorum-rx/hive';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { firstValueFrom, lastValueFrom, tap } from 'rxjs';

type Documents = AnyHive<Uint8Array>;

const [url = 'memory:', givenFile] = process.argv.slice(2);
const MIB = 1024 * 1024;
const mib = (bytes: number) => `${(bytes / MIB).toFixed(1)} MiB`;

/** Stores a document, and shows how far it has come. Resolves to its UUID when all of it can be read. */
async function upload(documents: Documents, source: HiveSource, size?: number): Promise<string> {
  const alias = randomUUID();
  const bar = progressBar(alias.slice(0, 8), size);
  await lastValueFrom(documents.upload(source, { alias }).pipe(tap(({ phase, bytesSent }) => bar(phase, bytesSent))));
  return alias;
}

/** Writes a document to a stream, piece by piece, no faster than the stream takes them. */
async function download(documents: Documents, alias: string, sink: Writable): Promise<void> {
  await pipeline(documents.download(alias), sink);
}

/** A bar that grows in its line on a terminal; elsewhere one line at the end. */
function progressBar(name: string, size: number | undefined): (phase: string, bytes: number) => void {
  const width = 30;
  return (phase, bytes) => {
    const isDone = phase === 'done';
    const share = isDone ? 1 : size === undefined ? 0 : Math.min(bytes / size, 1);
    const bar = '#'.repeat(Math.round(share * width)).padEnd(width, '.');
    const line = `${name} [${bar}] ${mib(bytes)}`;
    if (process.stdout.isTTY) process.stdout.write(`\r${line}${isDone ? '\n' : ''}`);
    else if (isDone) console.log(line);
  };
}

/** A document that is made while it is stored: its size is not known before. */
function* measurements(count: number): Generator<Uint8Array> {
  for (let i = 0; i < count; i++) yield Buffer.from(`${i};${Math.sin(i / 1000).toFixed(6)}\n`);
}

const sha256 = async (source: AsyncIterable<Uint8Array>) => {
  const hash = createHash('sha256');
  for await (const piece of source) hash.update(piece);
  return hash.digest('hex');
};

const documents: Documents = await openHive(url, { codec: raw });
const totals: string[] = [];
const watching = documents.watchPrefix?.('').subscribe(({ entries, stale }) => {
  const bytes = [...entries.values()].reduce((sum, { size }) => sum + size, 0);
  totals.push(`${entries.size} with ${mib(bytes)}${stale ? ' (perhaps old)' : ''}`);
});
const factsOf = async (alias: string) => {
  const facts = await firstValueFrom(documents.stat(alias, { latest: true }));
  if (facts === undefined) throw new Error(`there is no document ${alias}`);
  return facts;
};

const folder = await mkdtemp(join(tmpdir(), 'document-store-'));
const file = givenFile ?? join(folder, 'scan.bin');
if (givenFile === undefined) await writeFile(file, Buffer.alloc(5 * MIB, 'a scan of a page '));

const scan = await upload(documents, createReadStream(file), (await stat(file)).size);
const table = await upload(documents, measurements(100_000));
const note = await upload(documents, Buffer.from('small documents need no slices'));
const own = [scan, table, note];

const all = await firstValueFrom(documents.list('', { latest: true }));
console.log(`the store has ${all.length} documents; those of this program are`);
for (const alias of own) console.log(' ', alias, (await factsOf(alias)).size, 'bytes');

const copy = join(folder, 'copy.bin');
await download(documents, scan, createWriteStream(copy));
const isSame = (await sha256(createReadStream(copy))) === (await sha256(createReadStream(file)));
console.log('the copy of the file has the same content:', isSame);

const parts: Uint8Array[] = [];
for await (const part of documents.download(table, { from: 0, to: 10 })) parts.push(part);
console.log('the first bytes of the table:', Buffer.concat(parts).toString());

// a reader is in the middle of the table when it is replaced; the version guards against the change of another writer
const { version, sha256: oldHash } = await factsOf(table);
const read = createHash('sha256');
let isReplaced = false;
for await (const piece of documents.download(table)) {
  read.update(piece);
  if (isReplaced) continue;
  await lastValueFrom(documents.upload(measurements(50_000), { alias: table, ifVersion: version }));
  isReplaced = true;
}
const isWhole = read.digest('hex') === oldHash;
console.log(`the reader got the old table whole: ${isWhole}; the new one has ${mib((await factsOf(table)).size)}`);

const damaged = await lastValueFrom(documents.verify(scan), { defaultValue: undefined });
const { live, retired, removed } = await firstValueFrom(documents.sweep());
console.log(`sweep: ${live} live, ${retired} replaced, which readers may still read, ${removed} removed`);

await lastValueFrom(documents.batch(own.map((alias) => documents.delete(alias))));
watching?.unsubscribe();
console.log(totals.length === 0 ? 'this store has no events' : `the watch has shown: ${totals.join(', ')}`);
await documents.close();
await rm(folder, { recursive: true });
if (!isSame || !isWhole || damaged !== undefined || retired < 1) process.exitCode = 1;
