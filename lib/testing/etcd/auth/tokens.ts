import type { SchedulerLike } from 'rxjs';
import { randomBytes } from 'node:crypto';

interface Token {
  readonly user: string;
  /** The time of the scheduler up to which it is good. */
  until: number;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LENGTH = 16;

/** Tokens of users, as `--auth-token simple` gives them out: good until they were not used for some time. */
export class Tokens {
  readonly #scheduler: SchedulerLike;
  readonly #ttl: number;
  readonly #tokens = new Map<string, Token>();

  /** @param ttl milliseconds */
  constructor(scheduler: SchedulerLike, ttl: number) {
    this.#scheduler = scheduler;
    this.#ttl = ttl;
  }

  /** @param index becomes a part of the token */
  give(user: string, index: number): string {
    const letters = Array.from(randomBytes(LENGTH), (byte) => LETTERS[byte % LETTERS.length]).join('');
    const token = `${letters}.${index}`;
    this.#tokens.set(token, { user, until: this.#scheduler.now() + this.#ttl });
    return token;
  }

  /** The user of a token, whose time begins again; `undefined` if it is not good. */
  userOf(token: string): string | undefined {
    const known = this.#tokens.get(token);
    if (known === undefined) return undefined;
    const now = this.#scheduler.now();
    if (known.until <= now) {
      this.#tokens.delete(token);
      return undefined;
    }
    known.until = now + this.#ttl;
    return known.user;
  }

  /** Ends the tokens of a user, or all. */
  end(user?: string): void {
    for (const [token, known] of this.#tokens)
      if (user === undefined || known.user === user) this.#tokens.delete(token);
  }
}
