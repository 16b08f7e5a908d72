import { encodeForPage } from './encodeForPage.js';
import { typed } from './hub.js';

const STATUS: Readonly<Record<string, number>> = {
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  BAD_REQUEST: 400,
  BAD_PARAMETERS: 400,
  USAGE: 400,
  UNKNOWN_NAME: 404,
  UNKNOWN_LINE: 404,
  OVER_LIMIT: 413,
  TOO_MANY: 429,
  UNAVAILABLE: 503,
  FAILED: 500,
};
/** Of an error of a store: the request was read, and could not be done. */
const OTHER = 422;

/** The response for an error. It says no more than `encodeForPage` says of an error. */
export function refusal(thrown: unknown): Response {
  const error = typed(thrown, 'FAILED');
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  return new Response(encodeForPage(error), { status: STATUS[error.code] ?? OTHER, headers });
}
