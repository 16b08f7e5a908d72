/** The headers of every answer of HTTP/1: pages of other origins may ask too. */
export const CROSS_ORIGIN = {
  'Access-Control-Allow-Headers': 'accept, content-type, authorization',
  'Access-Control-Allow-Methods': 'POST, GET, OPTIONS, PUT, DELETE',
  'Access-Control-Allow-Origin': '*',
};

/** A request of HTTP/1, in full. */
export interface HttpRequest {
  readonly method: string;
  /** The path and the query, encoded. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** A whole answer of HTTP/1. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The way of an answer to a client. */
export interface HttpAnswers {
  head(status: number, headers: Readonly<Record<string, string>>): void;
  data(text: string): void;
  end(): void;
  /** Cuts the connection. */
  cut(): void;
}

/** What a request comes to. */
export interface HttpWork {
  /** Whether it needs a leader with a majority. */
  readonly needsQuorum: boolean;
  /** The answer when there is none for too long. */
  late(): HttpAnswer;
  /** The answer; or waits, and sends it bit by bit. Returns how to leave in that case. */
  run(answers: HttpAnswers): HttpAnswer | (() => void);
}

/** An answer in JSON, as Go writes it. */
export function json(status: number, value: unknown, headers: HttpAnswer['headers'] = {}): HttpAnswer {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: goJson(value) };
}

/** The same, and a line feed behind it. */
export function jsonLine(status: number, value: unknown, headers: HttpAnswer['headers'] = {}): HttpAnswer {
  const answer = json(status, value, headers);
  return { ...answer, body: `${answer.body}\n` };
}

/** JSON in which Go hides the letters of HTML's tags, and the one that stands for bytes that are no text. */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029\ufffd]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
  );
}

/** An answer in text. */
export function text(status: number, words: string, headers: HttpAnswer['headers'] = {}): HttpAnswer {
  const type = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };
  return { status, headers: { ...headers, ...type }, body: `${words}\n` };
}

/** The refusal of a method, which names those that are allowed. */
export function wrongMethod(...allowed: readonly string[]): HttpAnswer {
  return text(405, 'Method Not Allowed', { Allow: allowed.join() });
}

/** Work whose answer is known, or needs nobody else. */
export function immediate(answer: HttpAnswer | (() => HttpAnswer)): HttpWork {
  const run = () => (typeof answer === 'function' ? answer() : answer);
  return { needsQuorum: false, late: run, run };
}
