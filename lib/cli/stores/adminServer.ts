import { type Observable, catchError, defer, finalize, throwError } from 'rxjs';
import { type Endpoint, formatEndpoint } from '../../core/endpoint.js';
import {
  ConnectError,
  ConnectionLostError,
  ProtocolError,
  ServerError,
  isCoordinationError,
} from '../../core/errors.js';
import { PATIENCE } from './unreachable.js';

/** An answer of an AdminServer. Whole numbers that JavaScript cannot hold, such as ids of sessions, are text. */
export type AdminAnswer = Readonly<Record<string, unknown>>;

/** The port of an AdminServer, unless its server has another `admin.serverPort`. */
export const ADMIN_PORT = 8080;
/** The most bytes of an answer. */
const LARGEST = 32 * 1024 * 1024;

/** The AdminServer of a ZooKeeper server. */
export interface AdminServer {
  /**
   * Asks a command, such as `monitor` or `connections`.
   *
   * - **Emits** the answer, and completes.
   * - **Errors** with a `ConnectError` if there is no AdminServer, with a `ServerError` if it refuses the command, and
   *   with a `ProtocolError` if the answer is none of an AdminServer.
   * - **Unsubscribing** ends the request.
   */
  ask(command: string): Observable<AdminAnswer>;
}

/**
 * The AdminServer at an address. ZooKeeper has one since 3.5. Its commands are allowed by default, where most
 * four-letter words are not.
 */
export function adminServer(endpoint: Endpoint): AdminServer {
  const server = `the AdminServer at ${formatEndpoint(endpoint)}`;
  return {
    ask: (command) =>
      defer(() => {
        const gone = new AbortController();
        const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(PATIENCE)]);
        const url = `http://${formatEndpoint(endpoint)}/commands/${command}`;
        const asked = async () =>
          answerIn(await textOf(await fetch(url, { signal, redirect: 'error' }), server), server, command);
        return defer(asked).pipe(finalize(() => gone.abort()));
      }).pipe(
        catchError((error: unknown) =>
          throwError(() => (isCoordinationError(error) ? error : new ConnectError(`${server}: ${reason(error)}`)))
        )
      ),
  };
}

async function textOf(response: Response, server: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    if ((bytes += (part as Uint8Array).length) > LARGEST)
      throw new ProtocolError(`${server} has sent more than ${LARGEST} bytes`);
  }
  if (bytes === 0) throw new ConnectionLostError(`${server} has sent nothing`, 'none');
  return Buffer.concat(parts).toString();
}

/** Reads an answer. Throws a `ServerError` where it is a refusal. */
export function answerIn(text: string, server: string, command: string): AdminAnswer {
  let answer: unknown;
  try {
    answer = JSON.parse(withLargeNumbersAsText(text));
  } catch (cause) {
    throw new ProtocolError(`${server} does not answer as an AdminServer`, { cause });
  }
  if (typeof answer !== 'object' || answer === null || (answer as AdminAnswer)['command'] === undefined)
    throw new ProtocolError(`${server} does not answer as an AdminServer`);
  const { error } = answer as AdminAnswer;
  if (error === null || error === undefined) return answer as AdminAnswer;
  const said = typeof error === 'string' ? error : JSON.stringify(error);
  throw new ServerError('ADMIN_REFUSED', 0, { operation: command, message: `${server}: ${said}`, effect: 'none' });
}

/** Numbers with 16 digits or more become strings; text in strings stays as it is. */
function withLargeNumbersAsText(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (token) => (token[0] === '"' ? token : `"${token}"`));
}

function reason(error: unknown): string {
  const { message, cause } = error as Error & { readonly cause?: { readonly message?: string } };
  return cause?.message || message; // fetch itself says only that it has failed
}
