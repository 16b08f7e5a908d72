import { Op } from './requests.js';

/** With it, the real one sends as much of an answer as it had when it failed. Nobody reads that. */
const MARSHALLING_ERROR = -5;

/** Who has which session id: the only thing, with times, in which two servers differ. */
export type SessionNames = ReadonlyMap<bigint, string>;

/** Takes fields out of a reply. */
class Fields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }

  int(): number {
    return this.#bytes.readInt32BE((this.#at += 4) - 4);
  }

  long(): bigint {
    return this.#bytes.readBigInt64BE((this.#at += 8) - 8);
  }

  bool(): boolean {
    return this.#bytes[this.#at++] !== 0;
  }

  string(): string {
    const size = this.int();
    const text = () => this.#bytes.toString('utf8', this.#at, (this.#at += size));
    return size < 0 ? 'null' : JSON.stringify(text());
  }

  list(): string {
    const items = Array.from({ length: this.int() }, () => this.string());
    return `{${items.sort().join(' ')}}`;
  }
}

/** A frame that a server sent, as a line of text; what may differ between servers is left out. */
export function rendered(payload: Buffer, opcode: number | undefined, names: SessionNames): string {
  if (payload.length < 16) return `short ${payload.toString('hex')}`;
  const [xid, zxid, error] = [payload.readInt32BE(0), payload.readBigInt64BE(4), payload.readInt32BE(12)];
  const fields = new Fields(payload.subarray(16));
  let text: string;
  try {
    text =
      xid === -1
        ? `event ${fields.int()} ${fields.int()} ${fields.string()}`
        : error === 0
          ? body(opcode, fields, names)
          : '';
  } catch {
    text = `broken ${payload.toString('hex')}`;
  }
  const rest = fields.rest.length > 0 && error !== MARSHALLING_ERROR ? ` +${fields.rest.toString('hex')}` : '';
  return `xid=${xid} zxid=${zxid} err=${error} ${text}${rest}`;
}

function body(opcode: number | undefined, fields: Fields, names: SessionNames): string {
  switch (opcode) {
    case Op.create:
    case Op.sync:
      return fields.string();
    case Op.create2:
    case Op.createContainer:
    case Op.createTtl:
      return `${fields.string()} ${stat(fields, names)}`;
    case Op.exists:
    case Op.setData:
    case Op.setAcl:
      return stat(fields, names);
    case Op.getData:
      return `${fields.string()} ${stat(fields, names)}`;
    case Op.getAcl:
      return `${acl(fields)} ${stat(fields, names)}`;
    case Op.getChildren:
    case Op.getEphemerals:
      return fields.list();
    case Op.getChildren2:
      return `${fields.list()} ${stat(fields, names)}`;
    case Op.getAllChildrenNumber:
    case Op.addWatch:
      return String(fields.int());
    case Op.whoAmI:
      return Array.from({ length: fields.int() }, () => `${fields.string()}:${fields.string()}`)
        .sort()
        .join(' ');
    case Op.sasl:
      return fields.string();
    case Op.multi:
    case Op.multiRead:
      return results(fields, names);
    case undefined:
  }
  return '';
}

function results(fields: Fields, names: SessionNames): string {
  const all: string[] = [];
  for (;;) {
    const [opcode, done, error] = [fields.int(), fields.bool(), fields.int()];
    if (done) return `[${all.join('; ')}] ${opcode} ${error}`;
    const known = opcode === -1 ? String(fields.int()) : body(opcode, fields, names);
    all.push(`${opcode}/${error} ${known}`);
  }
}

function acl(fields: Fields): string {
  return Array.from({ length: fields.int() }, () => `${fields.int()}:${fields.string()}:${fields.string()}`)
    .sort()
    .join(' '); // the real one keeps logins in a hash table
}

function stat(fields: Fields, names: SessionNames): string {
  const [czxid, mzxid, ctime, mtime] = [fields.long(), fields.long(), fields.long(), fields.long()];
  const [version, cversion, aversion, owner] = [fields.int(), fields.int(), fields.int(), fields.long()];
  const [size, children, pzxid] = [fields.int(), fields.int(), fields.long()];
  const times =
    mtime < ctime || (czxid === mzxid && ctime !== mtime)
      ? `odd times ${ctime} ${mtime}`
      : ctime === 0n
        ? 'ctime=0'
        : '';
  const whose = owner === 0n ? '' : ` owner=${names.get(owner) ?? owner}`;
  const versions = `v=${version} cv=${cversion} av=${aversion}`;
  return `<c=${czxid} m=${mzxid} p=${pzxid} ${versions} size=${size} children=${children}${whose}${times}>`;
}
