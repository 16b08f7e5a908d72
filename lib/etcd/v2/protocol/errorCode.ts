import type { CoordinationError } from '../../../core/errors.js';

/** The error codes of etcd's v2 API, by their numbers. Some are of etcd 0.4 alone, and some no version ever used. */
const CODES = {
  100: 'KEY_NOT_FOUND',
  101: 'TEST_FAILED',
  102: 'NOT_FILE',
  103: 'NO_MORE_PEER',
  104: 'NOT_DIR',
  105: 'NODE_EXIST',
  106: 'KEY_IS_PRESERVED',
  107: 'ROOT_READ_ONLY',
  108: 'DIR_NOT_EMPTY',
  109: 'EXISTING_PEER_ADDR',
  110: 'UNAUTHORIZED',
  200: 'VALUE_REQUIRED',
  201: 'PREV_VALUE_REQUIRED',
  202: 'TTL_NAN',
  203: 'INDEX_NAN',
  204: 'VALUE_OR_TTL_REQUIRED',
  205: 'TIMEOUT_NAN',
  206: 'NAME_REQUIRED',
  207: 'INDEX_OR_VALUE_REQUIRED',
  208: 'INDEX_VALUE_MUTEX',
  209: 'INVALID_FIELD',
  210: 'INVALID_FORM',
  211: 'REFRESH_VALUE',
  212: 'REFRESH_TTL_REQUIRED',
  300: 'RAFT_INTERNAL',
  301: 'LEADER_ELECT',
  400: 'WATCHER_CLEARED',
  401: 'EVENT_INDEX_CLEARED',
  402: 'STANDBY_INTERNAL',
  403: 'INVALID_ACTIVE_SIZE',
  404: 'INVALID_REMOVE_DELAY',
  500: 'CLIENT_INTERNAL',
} as const;

/** Etcd's own messages for the numbers that servers from 2.0 on use. */
const WORDS: Readonly<Record<number, string>> = {
  100: 'Key not found',
  101: 'Compare failed',
  102: 'Not a file',
  104: 'Not a directory',
  105: 'Key already exists',
  107: 'Root is read only',
  108: 'Directory not empty',
  110: 'The request requires user authentication',
  201: 'PrevValue is Required in POST form',
  202: 'The given TTL in POST form is not a number',
  203: 'The given index in POST form is not a number',
  209: 'Invalid field',
  210: 'Invalid POST form',
  211: 'Value provided on refresh',
  212: 'A TTL must be provided on refresh',
  300: 'Raft Internal Error',
  401: 'The event in requested index is outdated and cleared',
};

/** The HTTP statuses of refusals without a number: about members, users, statistics, or by a proxy. */
const STATUSES = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  409: 'CONFLICT',
  410: 'GONE',
  412: 'TEST_FAILED',
  413: 'TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'TOO_MANY_REQUESTS',
  500: 'INTERNAL',
  502: 'BAD_GATEWAY',
  503: 'UNAVAILABLE',
  504: 'GATEWAY_TIMEOUT',
} as const;

/**
 * Why etcd refuses, as a word. The names are those of etcd's numbers, or of the HTTP status where there is no number.
 * `NO_V2_API`: the server has no v2 API, as from etcd 3.6 on, or without `--enable-v2`. `UNSUPPORTED`: version 3 has
 * nothing like it, for a client over version 3. `UNKNOWN`: a number or status that is not known.
 */
export type EtcdV2Code =
  | (typeof CODES)[keyof typeof CODES]
  | (typeof STATUSES)[keyof typeof STATUSES]
  | 'NO_V2_API'
  | 'UNSUPPORTED'
  | 'UNKNOWN';

/** The word for a number of etcd's. */
export function codeOf(number: number): EtcdV2Code {
  return (CODES as Readonly<Record<number, EtcdV2Code>>)[number] ?? 'UNKNOWN';
}

/** Etcd's message for a number. */
export function wordsOf(number: number): string {
  return WORDS[number] ?? `error ${number}`;
}

/** The word for a status of HTTP. */
export function statusCode(status: number): EtcdV2Code {
  return (STATUSES as Readonly<Record<number, EtcdV2Code>>)[status] ?? 'UNKNOWN';
}

/** Refusals of a member that has tried, and could not. */
const FAILURES: readonly EtcdV2Code[] = [
  ...(['RAFT_INTERNAL', 'LEADER_ELECT', 'INTERNAL', 'BAD_GATEWAY', 'UNAVAILABLE', 'GATEWAY_TIMEOUT'] as const),
];

/** Refusals that say that the member, or the cluster, cannot serve at the moment. */
const PASSING: ReadonlySet<string> = new Set<EtcdV2Code>([
  ...FAILURES,
  ...(['STANDBY_INTERNAL', 'TOO_MANY_REQUESTS', 'WATCHER_CLEARED'] as const),
]);

/** Refusals after which a write may have been applied, or may be later. */
const UNSURE: ReadonlySet<string> = new Set<EtcdV2Code>([...FAILURES, 'CLIENT_INTERNAL', 'UNKNOWN']);

/** Whether another try, perhaps at another member, may succeed: there was no answer, or a refusal that passes. */
export function mayPass({ layer, code }: CoordinationError): boolean {
  return layer === 'transport' || (layer === 'server' && PASSING.has(code));
}

/** Whether a write that was refused so may have been applied all the same. */
export function isUnsure(code: string): boolean {
  return UNSURE.has(code);
}
