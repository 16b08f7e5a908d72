import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One request to a real server, and its answer. */
export interface V2Exchange {
  readonly id: string;
  readonly group: string;
  readonly server: string;
  readonly cluster: string;
  /** The member that was asked. */
  readonly node: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly json?: Readonly<Record<string, unknown>>;
    readonly text?: string;
  } | null; // there was none
  readonly stream?: { readonly pieces: readonly { readonly text: string }[]; readonly endedBy: string };
}

/** What real servers of versions 0.4.9, 2.3.8, 3.3.27 and 3.4.23 were asked, and answered. */
export const V2_EXCHANGES = readFileSync(join(__dirname, '../fixtures/etcd/v2-golden.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as V2Exchange);
