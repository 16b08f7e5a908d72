import { type Effect, type ErrorContext, ServerError } from '../../../core/errors.js';
import { placeOf } from '../../../core/failures.js';
import { type EtcdV2Code, codeOf, isUnsure, statusCode, wordsOf } from './errorCode.js';
import { parsedJson } from './parsedJson.js';

declare module '../../../core/errors.js' {
  interface KnownErrors {
    readonly etcdV2: EtcdV2Error;
  }
}

/** The parts of a refusal. */
interface Refusal {
  readonly code: EtcdV2Code;
  readonly number: number;
  readonly words: string;
  readonly reason: string;
  readonly etcdIndex: number;
}

/**
 * Etcd has refused a request of its v2 API. `code` is its reason as a word, such as `'KEY_NOT_FOUND'`; `number` is the
 * `errorCode` of the answer, or the HTTP status where the answer has none.
 */
export class EtcdV2Error extends ServerError<EtcdV2Code> {
  /** Etcd's own message, such as `'Key not found'`. */
  readonly words: string;
  /** Etcd's `cause`: a key, or the comparison that failed, such as `'[one != two]'`. `''` if there is none. */
  readonly reason: string;
  /** The index of the store when it refused. 0 where etcd does not say. */
  readonly etcdIndex: number;

  constructor({ code, number, words, reason, etcdIndex }: Refusal, context: ErrorContext & { effect: Effect }) {
    const message = `${placeOf(context)}: ${words}${reason === '' ? '' : ` (${reason})`}`;
    super(code, number, { ...context, message });
    this.words = words;
    this.reason = reason;
    this.etcdIndex = etcdIndex;
  }
}

/** A refusal with one of etcd's numbers, in the words of the v2 API. */
export function refused(
  number: number,
  reason: string,
  etcdIndex: number,
  context: ErrorContext,
  effect: Effect = 'none'
): EtcdV2Error {
  const refusal = { code: codeOf(number), number, words: wordsOf(number), reason, etcdIndex };
  return new EtcdV2Error(refusal, { ...context, effect });
}

const LONGEST = 500;

/**
 * The error of an answer whose status is no success.
 *
 * @param isRead whether the request changes nothing
 */
export function refusalOf(status: number, body: string, isRead: boolean, context: ErrorContext): EtcdV2Error {
  const refusal = fromJson(status, body) ?? fromText(status, body);
  return new EtcdV2Error(refusal, { ...context, effect: !isRead && isUnsure(refusal.code) ? 'unknown' : 'none' });
}

function fromJson(status: number, body: string): Refusal | undefined {
  const { errorCode, message, cause, index } = parsedJson(body) ?? {};
  const words = typeof message === 'string' ? shortened(message) : '';
  if (typeof errorCode === 'number')
    return {
      ...{ code: codeOf(errorCode), number: errorCode, words },
      reason: typeof cause === 'string' ? shortened(cause) : '',
      etcdIndex: typeof index === 'number' ? index : 0,
    };
  if (words === '') return undefined;
  return { code: statusCode(status), number: status, words, reason: '', etcdIndex: 0 };
}

/** The answer of Go's own server, or of a proxy. */
function fromText(status: number, body: string): Refusal {
  const text = shortened(body.trim());
  const isMissing = status === 404 && text === '404 page not found';
  const words = isMissing ? 'the server has no such part of the v2 API' : text === '' ? `HTTP ${status}` : text;
  return { code: isMissing ? 'NO_V2_API' : statusCode(status), number: status, words, reason: '', etcdIndex: 0 };
}

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
