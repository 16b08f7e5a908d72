import { type Hello, RawClient, type Welcome, request } from './rawClient.js';
import { rendered } from './rendering.js';
import { type Asked, Op } from './requests.js';

/** Clients of a scenario, by number. */
export const SLOTS = 3;

/** How a client comes, or comes again. */
export type Opening = 'new' | 'again' | 'with a wrong password' | 'with an unknown id' | 'from the future';

/** One step of a scenario: what one client does, and everybody sees. */
export type Step =
  | { readonly kind: 'open'; readonly slot: number; readonly how: Opening; readonly hello?: Hello }
  | { readonly kind: 'drop'; readonly slot: number }
  /** Requests in one go. `ends`: the server hangs up then, so that no ping is answered. */
  | {
      readonly kind: 'send';
      readonly slot: number;
      readonly ends?: boolean;
      readonly ask: (zxid: bigint) => readonly Asked[];
    };

interface Slot {
  client: RawClient | undefined;
  /** Of the last session, which may be over. */
  id: bigint;
  password: Buffer;
  /** Whether it has not been closed. */
  alive: boolean;
  xid: number;
  readonly opcodes: Map<number, number>;
}

/** One of two servers, with its clients; both are put through the same steps, and tell what they saw. */
export class Side {
  readonly #port: number;
  readonly #names = new Map<bigint, string>();
  readonly #slots: Slot[] = Array.from({ length: SLOTS }, () => ({
    client: undefined,
    id: 0n,
    password: Buffer.alloc(16),
    alive: false,
    xid: 1,
    opcodes: new Map(),
  }));
  /** The newest transaction that it has told of. */
  zxid = 0n;

  constructor(port: number) {
    this.#port = port;
  }

  /** Takes a step. Returns what each client has received, line by line. */
  async take(step: Step): Promise<string[]> {
    const slot = this.#slots[step.slot]!;
    if (step.kind === 'open') return [...(await this.#open(slot, step)), ...(await this.#settle())];
    if (step.kind === 'drop') {
      await slot.client?.drop();
      slot.client = undefined;
      return this.#settle();
    }
    const asked = step.ask(this.zxid);
    const lines = (await this.#send(slot, asked, step.ends === true)).map((line) => `${step.slot}: ${line}`);
    const all = [...lines, ...(await this.#settle())];
    return asked.at(-1)?.opcode === Op.closeSession ? all.sort() : all; // its ephemerals go in no order
  }

  /** Whether a client is connected, as far as is known. */
  isOpen(slot: number): boolean {
    return this.#slots[slot]!.client !== undefined;
  }

  /** Whether a client has a session that it may come back to. */
  hasSession(slot: number): boolean {
    return this.#slots[slot]!.alive;
  }

  async #open(slot: Slot, { how, hello, slot: number }: Step & { kind: 'open' }): Promise<string[]> {
    const old = slot.client;
    const { id } = slot;
    const wanted: Hello = {
      again: { id, password: slot.password },
      'with a wrong password': { id, password: Buffer.alloc(16, 9) },
      'with an unknown id': { id: 12345n, password: Buffer.alloc(16, 9) },
      new: {},
      'from the future': { lastZxidSeen: this.zxid + 100n },
    }[how];
    if (how === 'new') await old?.drop();
    const client = await RawClient.open(this.#port, { ...hello, ...wanted });
    const { welcome } = client;
    const lines = [`${number}: ${welcome === undefined ? 'no welcome' : inWords(welcome)}`];
    const granted = welcome !== undefined && welcome.timeout > 0;
    if (granted && welcome.id !== id) {
      Object.assign(slot, { id: welcome.id, password: welcome.password, alive: true });
      this.#names.set(welcome.id, `session${this.#names.size}`);
    } else if (granted) lines.push(`the same session, password ${welcome.password.equals(slot.password)}`);
    if (!granted) lines.push(`ended ${await client.ended()} ${welcome?.id} ${welcome?.password.toString('hex')}`);
    if (how === 'from the future' || how === 'with an unknown id') return lines; // the old client is left alone
    if (how !== 'new' && old !== undefined)
      lines.push(`old ended ${await old.ended()} ${this.#lines(slot, old.takeFrames()).join(' | ')}`);
    slot.client = granted ? client : undefined;
    return lines;
  }

  async #send(slot: Slot, asked: readonly Asked[], ends: boolean): Promise<string[]> {
    const { client } = slot;
    if (client === undefined) return ['not connected'];
    const payloads = asked.map(({ opcode, body, xid = slot.xid++ }) => {
      slot.opcodes.set(xid, opcode);
      return request(xid, opcode, body);
    });
    if (!ends) return this.#lines(slot, await client.exchange(...payloads));
    client.send(...payloads);
    const closed = await client.ended();
    const lines = this.#lines(slot, client.takeFrames());
    if (closed && asked.at(-1)?.opcode === Op.closeSession) slot.alive = false;
    slot.client = undefined;
    return [...lines, closed ? 'closed' : 'still open'];
  }

  /** What has come to anybody meanwhile: a ping's reply shows that all has. */
  async #settle(): Promise<string[]> {
    const lines: string[] = [];
    for (const [number, slot] of this.#slots.entries()) {
      if (slot.client === undefined) continue;
      const frames = await slot.client.exchange();
      lines.push(...this.#lines(slot, frames).map((line) => `${number}: ${line}`));
      if (!slot.client.closed) continue;
      lines.push(`${number}: closed`);
      slot.client = undefined;
    }
    return lines;
  }

  #lines(slot: Slot, frames: readonly Buffer[]): string[] {
    return frames.map((frame) => {
      if (frame.length >= 12 && frame.readBigInt64BE(4) > this.zxid) this.zxid = frame.readBigInt64BE(4);
      return rendered(frame, slot.opcodes.get(frame.readInt32BE(0)), this.#names);
    });
  }
}

/** What a step is about, for the reader of a failure. */
export function describeStep(step: Step, zxid: bigint): string {
  if (step.kind === 'open') return `client ${step.slot} comes ${step.how} ${JSON.stringify(step.hello ?? {})}`;
  if (step.kind === 'drop') return `client ${step.slot} hangs up`;
  return `client ${step.slot} sends ${step
    .ask(zxid)
    .map(({ text }) => text)
    .join(' || ')}${step.ends === true ? ' (the end)' : ''}`;
}

function inWords({ size, version, timeout, readOnly }: Welcome): string {
  return `welcome ${size} v${version} timeout=${timeout} readOnly=${readOnly}`;
}
