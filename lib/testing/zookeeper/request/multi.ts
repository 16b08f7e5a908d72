import type { JuteReader } from '../../../zookeeper/protocol/juteReader.js';
import { ProtocolError } from '../../../core/errors.js';
import { RUNTIME_INCONSISTENCY, Refusal } from '../refusal.js';
import { writeStat } from '../store/nodeStat.js';
import { type Body, type Client, EMPTY_BODY, type Handler, type ServerState } from '../serverState.js';
import { pathOf } from './argument.js';
import { createMember, createRequest } from './createRequest.js';
import { Op, knows } from './opcode.js';
import { readChildren, readData } from './nodeReads.js';
import {
  type Member,
  type Outcome,
  type Write,
  type WriteReader,
  check,
  deleteContainer,
  deleteNode,
  setAcl,
  setData,
} from './writes.js';

const CREATES: readonly number[] = [Op.create, Op.create2, Op.createContainer, Op.createTtl];
/** The writes that may be in a multi, besides creates. */
const MEMBERS: ReadonlyMap<number, WriteReader> = new Map<number, WriteReader>([
  [Op.delete, deleteNode],
  [Op.setData, setData],
  [Op.check, check],
]);
const WRITES: ReadonlyMap<number, WriteReader> = new Map<number, WriteReader>([
  ...CREATES.map((opcode): [number, WriteReader] => [opcode, createRequest(opcode)]),
  ...MEMBERS,
  [Op.setAcl, setAcl],
  [Op.deleteContainer, deleteContainer],
]);

/** A write on its own. */
export const write: Handler = (input, state, client, opcode) => {
  const outcome = state.transact((change) => WRITES.get(opcode)!(input)(change, state, client));
  return body(opcode, outcome);
};

/** All of them, or none. */
export const multi: Handler = (input, state, client) => {
  let failed = -1;
  let members: Member[] = [];
  try {
    const outcomes = state.transact((change) => {
      members = readMembers(input, (opcode) => writeMember(opcode, input, state));
      return members.map(({ request }, i) => {
        failed = i;
        return request(change, state, client);
      });
    });
    return withHeaders(members.map(({ opcode }, i) => ({ opcode: shown(opcode), body: body(opcode, outcomes[i]!) })));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return withHeaders(
      members.map((_, i) => errorResult(i < failed ? 0 : i === failed ? error.code : RUNTIME_INCONSISTENCY))
    );
  }
};

/** Reads, each for itself, of one and the same state. */
export const multiRead: Handler = (input, state, client) => {
  const members = readMembers<Read>(input, (opcode) => readMember(opcode, input));
  return withHeaders(members.map(({ opcode, request }) => readResult(opcode, request, state, client)));
};

type Read = (state: ServerState, client: Client) => Body;
const READS: ReadonlyMap<number, (input: JuteReader) => Read> = new Map([
  [
    Op.getData,
    (input: JuteReader): Read => {
      const path = watchless(input);
      return (state, client) => readData(path, state, client);
    },
  ],
  [
    Op.getChildren,
    (input: JuteReader): Read => {
      const path = watchless(input);
      return (state, client) => readChildren(path, state, client);
    },
  ],
]);

interface Result {
  readonly opcode: number;
  readonly error?: number;
  readonly body: Body;
}

function readMembers<T = Write>(input: JuteReader, reader: (opcode: number) => Member<T> | undefined): Member<T>[] {
  const members: Member<T>[] = [];
  for (;;) {
    const [opcode, done] = [input.int(), input.bool()];
    input.skip(4);
    if (done) return members;
    const member = reader(opcode);
    if (member === undefined) throw new ProtocolError(`operation ${opcode} in a multi`);
    members.push(member);
  }
}

function writeMember(opcode: number, input: JuteReader, state: ServerState): Member | undefined {
  const { profile, version } = state.settings;
  // alone, a check is known to fewer
  const known = profile === undefined ? opcode === Op.check || knows(version, opcode) : profile.operations.has(opcode);
  if (!known) return undefined;
  if (CREATES.includes(opcode)) return createMember(opcode, input, state);
  const read = MEMBERS.get(opcode);
  return read && { opcode, request: read(input) };
}

function readMember(opcode: number, input: JuteReader): Member<Read> | undefined {
  const read = READS.get(opcode);
  return read && { opcode, request: read(input) };
}

/** A path, and a flag that nothing comes of. */
function watchless(input: JuteReader): string {
  const path = pathOf(input);
  input.bool();
  return path;
}

function readResult(opcode: number, request: Read, state: ServerState, client: Client): Result {
  try {
    return { opcode, body: request(state, client) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return errorResult(error.code);
  }
}

function errorResult(code: number): Result {
  return { opcode: Op.error, error: code, body: (out) => out.int(code) };
}

function withHeaders(results: readonly Result[]): Body {
  return (out) => {
    for (const { opcode, error = 0, body } of results) {
      out.int(opcode).bool(false).int(error);
      body(out);
    }
    out.int(-1).bool(true).int(-1);
  };
}

/** The operation that a result of a multi names. */
function shown(opcode: number): number {
  return opcode === Op.createContainer || opcode === Op.createTtl ? Op.create2 : opcode;
}

function body(opcode: number, { path, stat }: Outcome): Body {
  switch (opcode) {
    case Op.create:
      return (out) => out.string(path!);
    case Op.create2:
    case Op.createContainer:
    case Op.createTtl:
      return (out) => writeStat(out.string(path!), stat!);
    case Op.setData:
    case Op.setAcl:
      return (out) => writeStat(out, stat!);
  }
  return EMPTY_BODY;
}
