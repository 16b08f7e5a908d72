import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { UsageError } from '../../core/errors.js';
import { under } from '../command/paths.js';
import { ExitCode } from '../command/report.js';
import type { Call, Verb } from '../command/verb.js';
import { type Arrival, WRITING, writeNodes } from '../command/writeNodes.js';
import type { Rights } from '../stores/rights.js';

export const importTree: Verb = {
  name: 'import',
  summary: 'Writes the nodes of an export. Nodes that have the same value are left alone, so it can be run again.',
  usage: '[STORE] [PATH]',
  options: {
    file: { value: 'FILE', short: 'f', about: 'the export; default: the standard input' },
    ...WRITING,
  },
  examples: [
    ['qrx import zk://127.0.0.1:2181 /app --file app.ndjson', 'a backup'],
    ['qrx import /app --file app.ndjson --dry-run', 'how many nodes it would write'],
  ],
  async run(call) {
    const { store, path } = call.place();
    await writeNodes(call, await call.open(store), arrivals(call, path));
    return ExitCode.done;
  },
};

/** A record of an export, before it is checked. */
type Recorded = { readonly [name in 'path' | 'value' | 'base64' | 'ephemeralOwner' | 'acl']?: unknown };

async function* arrivals(call: Call, top: string): AsyncIterable<Arrival> {
  const file = call.value('file') ?? '-';
  const input = file === '-' ? Readable.from(call.terminal.input()) : createReadStream(file);
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      line++;
      if (text.trim() !== '') yield arrivalOf(recordOf(text, line), line, top);
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw new UsageError('--file', `cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function recordOf(text: string, line: number): Recorded {
  try {
    return (JSON.parse(text) ?? {}) as Recorded;
  } catch {
    throw fault(line);
  }
}

function arrivalOf({ path, value, base64, ephemeralOwner, acl }: Recorded, line: number, top: string): Arrival {
  if (typeof path !== 'string' || (path !== '' && !path.startsWith('/'))) throw fault(line);
  if (acl !== undefined && !isAcl(acl)) throw fault(line);
  const place = { path: under(top, path), acl };
  if (ephemeralOwner !== undefined) return { ...place, value: undefined };
  if (typeof base64 === 'string') return { ...place, value: Buffer.from(base64, 'base64') };
  if (typeof value === 'string') return { ...place, value: Buffer.from(value) };
  if (value === null) return { ...place, value };
  throw fault(line);
}

function isAcl(acl: unknown): acl is readonly Rights[] {
  const isText = (text: unknown) => typeof text === 'string';
  return Array.isArray(acl) && (acl as Partial<Rights>[]).every((it) => [it?.scheme, it?.id, it?.perms].every(isText));
}

function fault(line: number): UsageError {
  return new UsageError(`line ${line}`, 'is no node of an export: {"path":"/name","value":"…"}');
}
