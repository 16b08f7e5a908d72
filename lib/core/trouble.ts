import type { CoordinationError } from './errors.js';

/** How many servers a message names. */
const NAMED = 5;

/** Why there is no connection: the newest failure of each server since one of them last served. */
export class Trouble {
  readonly #failures = new Map<string, CoordinationError>();

  /** A server could not be reached, refused us, or went away. The newest failure comes last. */
  failed(server: string, error: CoordinationError): void {
    this.#failures.delete(server);
    this.#failures.set(server, error);
  }

  /** A server serves. */
  over(): void {
    this.#failures.clear();
  }

  /** Forgets the servers that are not among these. */
  keep(servers: readonly string[]): void {
    for (const server of this.#failures.keys()) if (!servers.includes(server)) this.#failures.delete(server);
  }

  /** The end of a message: `': '` and each server with its failure; `''` when nothing has failed. */
  get text(): string {
    const all = [...this.#failures].map(([server, { message }]) =>
      message.includes(server) ? message : `${server}: ${message}`
    );
    if (all.length === 0) return '';
    const more = all.length > NAMED ? `; and ${all.length - NAMED} more` : '';
    return `: ${all.slice(-NAMED).join('; ')}${more}`;
  }

  /** The failure of the only server that failed, an `AggregateError` of several, or `undefined`. */
  get cause(): Error | undefined {
    const errors = [...this.#failures.values()];
    return errors.length > 1 ? new AggregateError(errors, `${errors.length} servers failed${this.text}`) : errors[0];
  }
}
