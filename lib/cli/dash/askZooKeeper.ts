import { type Observable, catchError, defer, map, tap, throwError } from 'rxjs';
import { type Endpoint, formatEndpoint } from '../../core/endpoint.js';
import { ServerError } from '../../core/errors.js';
import type { ZooKeeper } from '../../zookeeper/index.js';
import { adminServer } from '../stores/adminServer.js';
import { type ZooKeeperQuestion, isNotAllowed } from '../stores/zooKeeperQuestion.js';

/** The ways to ask a server. */
export type Way = 'words' | 'admin';

/** A server of ZooKeeper, asked by four-letter words, or by its AdminServer where these are not allowed. */
export class AskZooKeeper {
  readonly server: string;
  readonly #zk: Pick<ZooKeeper, 'command'>;
  readonly #endpoint: Endpoint;
  readonly #admin: Endpoint;
  #known: Way = 'words';

  /** @param adminPort the port of its AdminServer */
  constructor(zk: Pick<ZooKeeper, 'command'>, endpoint: Endpoint, adminPort: number) {
    this.server = formatEndpoint(endpoint);
    this.#zk = zk;
    this.#endpoint = endpoint;
    this.#admin = { host: endpoint.host, port: adminPort };
  }

  /**
   * Asks by the way that has worked last, and by the other one if that fails. **Emits** once. **Errors** with the error
   * of the way that is less likely to be closed: that of the AdminServer.
   */
  ask<T>(question: ZooKeeperQuestion<T>): Observable<T> {
    const ways = { words: () => this.#byWord(question), admin: () => this.#byAdmin(question) };
    return defer(() => {
      const [first, second]: readonly [Way, Way] = this.#known === 'words' ? ['words', 'admin'] : ['admin', 'words'];
      const worked = (way: Way) => tap<T>(() => (this.#known = way));
      return ways[first]().pipe(
        worked(first),
        catchError((error: unknown) =>
          ways[second]().pipe(
            worked(second),
            catchError((other: unknown) => throwError(() => (first === 'admin' ? error : other)))
          )
        )
      );
    });
  }

  /** Asks `srvr`, which is allowed by default. */
  srvr(): Observable<string> {
    return this.#zk.command('srvr', this.#endpoint);
  }

  #byWord<T>({ word, ofWord }: ZooKeeperQuestion<T>): Observable<T> {
    return this.#zk.command(word, this.#endpoint).pipe(
      map((answer) => {
        if (!isNotAllowed(answer)) return ofWord(answer);
        throw new ServerError('NOT_ALLOWED', 0, { operation: word, message: `${this.server} does not allow ${word}` });
      })
    );
  }

  #byAdmin<T>({ command, ofAdmin }: ZooKeeperQuestion<T>): Observable<T> {
    return adminServer(this.#admin).ask(command).pipe(map(ofAdmin));
  }
}
