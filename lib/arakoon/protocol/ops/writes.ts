import type { Op } from '../op.js';
import { type Step, sequenceBlob } from '../step.js';
import { bytes, int, option, record, text, unit, type RecordCodec } from '../recordCodec.js';

/** A key and its new value. */
export interface SetRequest {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** A key, its expected value, and its new value; `null`: not there. */
export interface TestAndSetRequest {
  readonly key: Uint8Array;
  readonly expected: Uint8Array | null;
  readonly wanted: Uint8Array | null;
}

/** A key and its new value; `null`: not there. */
export interface ReplaceRequest {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

/** A function that the server's administrator has plugged in. */
export interface UserFunctionRequest {
  readonly name: string;
  readonly argument: Uint8Array | null;
}

const setRequest: RecordCodec<SetRequest> = record<SetRequest>({ key: bytes, value: bytes });
const keyed = { where: 'master', key: (request: { readonly key: Uint8Array }) => request.key } as const;
const once = { where: 'master', kind: 'write' } as const;

export const set: Op<SetRequest, void> = {
  ...keyed,
  name: 'set',
  tag: 0x09,
  kind: 'idempotent',
  request: setRequest,
  reply: unit,
};
/** Writes only if the value is another: works even where nothing may be written, if it is not. */
export const confirm: Op<SetRequest, void> = {
  ...keyed,
  name: 'confirm',
  tag: 0x1c,
  kind: 'idempotent',
  request: setRequest,
  reply: unit,
};
/** A second one would say that there is no such key. */
export const deleteKey: Op<{ readonly key: Uint8Array }, void> = {
  ...keyed,
  name: 'delete',
  tag: 0x0a,
  kind: 'write',
  request: record<{ key: Uint8Array }>({ key: bytes }),
  reply: unit,
};
/** Never refused for another value: it answers with the old one, which tells. */
export const testAndSet: Op<TestAndSetRequest, Uint8Array | null> = {
  ...keyed,
  name: 'testAndSet',
  tag: 0x0d,
  kind: 'write',
  request: record<TestAndSetRequest>({ key: bytes, expected: option(bytes), wanted: option(bytes) }),
  reply: option(bytes),
};
export const replace: Op<ReplaceRequest, Uint8Array | null> = {
  ...keyed,
  name: 'replace',
  tag: 0x33,
  kind: 'write',
  request: record<ReplaceRequest>({ key: bytes, value: option(bytes) }),
  reply: option(bytes),
};
export const deletePrefix: Op<{ readonly prefix: Uint8Array }, number> = {
  ...once,
  name: 'deletePrefix',
  tag: 0x27,
  request: record<{ prefix: Uint8Array }>({ prefix: bytes }),
  reply: int,
};
export const sequence: Op<readonly Step[], void> = {
  ...once,
  name: 'sequence',
  tag: 0x10,
  request: sequenceBlob,
  reply: unit,
};
/** The same, and on the disk before it is answered. */
export const syncedSequence: Op<readonly Step[], void> = { ...sequence, tag: 0x24 };
export const userFunction: Op<UserFunctionRequest, Uint8Array | null> = {
  ...once,
  name: 'userFunction',
  tag: 0x15,
  request: record<UserFunctionRequest>({ name: text, argument: option(bytes) }),
  reply: option(bytes),
};
/** Changes nothing, by a round of consensus. */
export const nop: Op<void, void> = {
  where: 'master',
  name: 'nop',
  tag: 0x41,
  kind: 'idempotent',
  request: unit,
  reply: unit,
};
