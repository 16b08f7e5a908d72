import { bool, bytes, choice, id, int, list, nested, oneOf } from './fields.js';
import { message, type Message } from './message.js';

/** What every answer begins with: who has answered, and at which revision. */
export const Header = message({ clusterId: id(1), memberId: id(2), revision: int(3), raftTerm: id(4) });
export type Header = ReturnType<(typeof Header)['read']>;

export const header = () => nested(1, () => Header);

export const KeyValue = message({
  key: bytes(1),
  createRevision: int(2),
  modRevision: int(3),
  version: int(4),
  value: bytes(5),
  lease: id(6),
});
export type KeyValue = ReturnType<(typeof KeyValue)['read']>;

export const RangeRequest = message({
  key: bytes(1),
  rangeEnd: bytes(2),
  limit: int(3),
  revision: int(4),
  sortOrder: oneOf(5, 'none', 'ascend', 'descend'),
  sortTarget: oneOf(6, 'key', 'version', 'create', 'mod', 'value'),
  serializable: bool(7),
  keysOnly: bool(8),
  countOnly: bool(9),
  minModRevision: int(10),
  maxModRevision: int(11),
  minCreateRevision: int(12),
  maxCreateRevision: int(13),
});
export const RangeResponse = message({
  header: header(),
  kvs: list(nested(2, () => KeyValue)),
  more: bool(3),
  count: int(4),
});

export const PutRequest = message({
  key: bytes(1),
  value: bytes(2),
  lease: id(3),
  prevKv: bool(4),
  ignoreValue: bool(5),
  ignoreLease: bool(6),
});
export const PutResponse = message({ header: header(), prevKv: nested(2, () => KeyValue) });

export const DeleteRangeRequest = message({ key: bytes(1), rangeEnd: bytes(2), prevKv: bool(3) });
export const DeleteRangeResponse = message({
  header: header(),
  deleted: int(2),
  prevKvs: list(nested(3, () => KeyValue)),
});

/** One condition of a transaction. Only one of the five things to compare is there. */
export const Compare = message({
  result: oneOf(1, 'equal', 'greater', 'less', 'not-equal'),
  target: oneOf(2, 'version', 'create', 'mod', 'value', 'lease'),
  key: bytes(3),
  version: choice(int(4)),
  createRevision: choice(int(5)),
  modRevision: choice(int(6)),
  value: choice(bytes(7)),
  lease: choice(id(8)),
  rangeEnd: bytes(64),
});
export type Compare = ReturnType<(typeof Compare)['read']>;

export type RangeRequest = ValueOfMessage<typeof RangeRequest>;
export type RangeResponse = ValueOfMessage<typeof RangeResponse>;
export type PutRequest = ValueOfMessage<typeof PutRequest>;
export type PutResponse = ValueOfMessage<typeof PutResponse>;
export type DeleteRangeResponse = ValueOfMessage<typeof DeleteRangeResponse>;
type ValueOfMessage<M> = M extends Message<infer T> ? T : never;

/** A transaction: `success` if all comparisons hold, else `failure`. One may stand inside another. */
export interface TxnRequest {
  readonly compare: readonly Compare[];
  readonly success: readonly RequestOp[];
  readonly failure: readonly RequestOp[];
}
export interface RequestOp {
  readonly requestRange: RangeRequest | undefined;
  readonly requestPut: PutRequest | undefined;
  readonly requestDeleteRange: ValueOfMessage<typeof DeleteRangeRequest> | undefined;
  readonly requestTxn: TxnRequest | undefined;
}
export interface TxnResponse {
  readonly header: Header | undefined;
  readonly succeeded: boolean;
  readonly responses: readonly ResponseOp[];
}
export interface ResponseOp {
  readonly responseRange: RangeResponse | undefined;
  readonly responsePut: PutResponse | undefined;
  readonly responseDeleteRange: DeleteRangeResponse | undefined;
  readonly responseTxn: TxnResponse | undefined;
}
export const RequestOp: Message<RequestOp> = message({
  requestRange: nested(1, () => RangeRequest),
  requestPut: nested(2, () => PutRequest),
  requestDeleteRange: nested(3, () => DeleteRangeRequest),
  requestTxn: nested(4, (): Message<TxnRequest> => TxnRequest),
});
export const TxnRequest: Message<TxnRequest> = message({
  compare: list(nested(1, () => Compare)),
  success: list(nested(2, () => RequestOp)),
  failure: list(nested(3, () => RequestOp)),
});
export const ResponseOp: Message<ResponseOp> = message({
  responseRange: nested(1, () => RangeResponse),
  responsePut: nested(2, () => PutResponse),
  responseDeleteRange: nested(3, () => DeleteRangeResponse),
  responseTxn: nested(4, (): Message<TxnResponse> => TxnResponse),
});
export const TxnResponse: Message<TxnResponse> = message({
  header: header(),
  succeeded: bool(2),
  responses: list(nested(3, () => ResponseOp)),
});

export const CompactionRequest = message({ revision: int(1), physical: bool(2) });
export const CompactionResponse = message({ header: header() });
