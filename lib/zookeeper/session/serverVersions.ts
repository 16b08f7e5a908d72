import { type Observable, Subject, defer, map, merge, of, retry, switchMap, tap, timeout, timer } from 'rxjs';
import { backoff } from '../../core/backoff.js';
import { type Endpoint, formatEndpoint } from '../../core/endpoint.js';
import { ConnectionLostError } from '../../core/errors.js';
import { raise } from '../../core/failures.js';
import type { Settings } from '../options.js';
import { opcodesIn, opcodesOf } from '../protocol/opcodesOf.js';
import type { Version } from '../types.js';
import { Abilities } from './abilities.js';
import { fourLetterWord } from './fourLetterWord.js';

/** Milliseconds that one question may take. */
const PATIENCE = 1000;
/** Waits between questions, in milliseconds. */
const PAUSES = { min: 100, max: 30_000 };
/** So many questions in vain make the answer unlikely: a firewall may let only one connection through. */
const UNLIKELY = 4;
/** A server that has told its version before is asked again within so many milliseconds: a crowd spreads. */
const AGAIN = 2000;
/** Longest answer to `srvr`, in characters. */
const LONGEST_ANSWER = 64 * 1024;
/** The answer of a server without a quorum: it does not name the version. */
const NOT_NOW = /not currently serving requests/i;
/** The answer of a server that does not allow `srvr`. */
const REFUSED = /not executed/i;

/** The version and the operations of each server: the one place that decides which requests it understands. */
export class ServerVersions {
  readonly #settings: Settings;
  readonly #known = new Map<string, Version>();
  readonly #abilities = new Map<string, Abilities>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** The last answer of the server: its version; 0: it does not tell; `undefined`: there was none yet. */
  of(endpoint: Endpoint): Version | undefined {
    return this.#settings.serverVersion ?? this.#known.get(formatEndpoint(endpoint));
  }

  /** The operations of the server, as far as they are known, now and later. */
  abilities(endpoint: Endpoint): Abilities {
    const key = formatEndpoint(endpoint);
    const { capabilities } = this.#settings;
    let abilities = this.#abilities.get(key);
    if (abilities === undefined)
      this.#abilities.set(key, (abilities = new Abilities(capabilities && opcodesOf(capabilities))));
    return abilities;
  }

  /** Forgets the servers that are not among these. */
  keep(servers: readonly string[]): void {
    for (const all of [this.#known, this.#abilities])
      for (const server of all.keys()) if (!servers.includes(server)) all.delete(server);
  }

  /**
   * Asks a server for its version, on connections of its own, until it answers. A question that fails is no answer. A
   * server that has told its version before is asked a little later: most have the same one still, and while thousands
   * of clients come back, each question is one more connection.
   *
   * - **Emits** the version, or 0 when the server does not tell it, and completes. Emits `undefined` before that, once,
   *   when the answer has become unlikely.
   * - **Errors** never.
   * - **Unsubscribing** gives up.
   */
  ask(endpoint: Endpoint): Observable<Version | undefined> {
    const { serverVersion, transport, scheduler, random } = this.#settings;
    if (serverVersion !== undefined) return of(serverVersion);
    const question$ = defer(() => fourLetterWord(transport, endpoint, 'srvr', LONGEST_ANSWER)).pipe(
      timeout({ each: PATIENCE, scheduler }),
      map((answer) => {
        if (NOT_NOW.test(answer) || isCut(answer)) raise(new ConnectionLostError('no answer to srvr', 'none'));
        const version = versionIn(answer);
        this.#known.set(formatEndpoint(endpoint), version);
        if (this.#settings.capabilities === undefined) this.abilities(endpoint).only = opcodesIn(answer);
        return version;
      })
    );
    return defer(() => {
      const unlikely$ = new Subject<undefined>();
      const answer$ = question$.pipe(
        retry({
          delay: (_, failures) => {
            if (failures === UNLIKELY) unlikely$.next(undefined);
            return timer(backoff(failures, PAUSES, random), scheduler);
          },
        })
      );
      const answers$ = merge(unlikely$, answer$.pipe(tap({ complete: () => unlikely$.complete() })));
      return this.of(endpoint) === undefined
        ? answers$
        : timer(random() * AGAIN, scheduler).pipe(switchMap(() => answers$));
    });
  }
}

/** Whether an answer has ended before its first line did: half of a version is another version. */
function isCut(answer: string): boolean {
  return !answer.includes('\n') && !REFUSED.test(answer);
}

/** The version of ZooKeeper that a server gives in its answer to `srvr`; 0 where there is none. */
export function versionIn(answer: string): Version {
  const [, major, minor, patch] = /^zookeeper version: (\d+)\.(\d+)\.(\d+)/im.exec(answer) ?? [];
  return patch === undefined ? 0 : Number(major) * 10000 + Number(minor) * 100 + Number(patch);
}
