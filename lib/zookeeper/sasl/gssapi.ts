import type { ObservableInput } from 'rxjs';
import { knownKeys } from '../../core/check.js';
import { ConnectError, type CoordinationError, SessionError, UsageError } from '../../core/errors.js';
import type { SaslExchange, SaslMechanism } from './saslMechanism.js';

/** The part of the npm package `kerberos` that is needed; it is yours to install and to pass. */
export interface KerberosLibrary {
  initializeClient(service: string, options?: object): Promise<KerberosClient>;
}

/** One security context of the `kerberos` package. */
export interface KerberosClient {
  readonly contextComplete: boolean;
  step(challenge: string): Promise<string | null>;
  wrap(challenge: string, options?: object): Promise<string>;
  unwrap(challenge: string): Promise<string>;
}

/** Whose principal it is that the servers have, and one's own. */
export interface GssapiOptions {
  /** First part of the servers' principal. Default `'zookeeper'`. */
  readonly service?: string;
  /** Second part of it. Default: the host that is connected to, as the list of servers names it. */
  readonly host?: string;
  /** The client's principal, as in `'alice@EXAMPLE.ORG'`. Default: whose ticket there is. */
  readonly principal?: string;
}

const OPTIONS: readonly (keyof GssapiOptions)[] = ['service', 'host', 'principal'];
const NO_SECURITY_LAYER = 1;
const OFFER_SIZE = 4; // a set of layers, and how much the server takes at a time
/** Our choice: no layer, hence nothing to take at a time; and no other name than the ticket's to act under. */
const CHOICE = base64(Uint8Array.of(NO_SECURITY_LAYER, 0, 0, 0));
/** The messages of MIT's and Heimdal's libraries when no KDC answers. */
const KDC_AWAY = /\b(contact|reach) any KDC\b/;

/**
 * SASL GSSAPI (RFC 4752): Kerberos, by the npm package `kerberos`, which you pass. It needs a ticket: of `kinit`, of
 * whatever renews yours, or of the keytab that the environment variable `KRB5_CLIENT_KTNAME` names (MIT's library takes
 * and renews tickets from it by itself).
 *
 * The servers' principal is `zookeeper/host`, with the host as the list of servers names it: list names, not addresses.
 * An exchange that fails ends the session with `AUTH_FAILED`, but a KDC that does not answer is a `ConnectError`, and
 * tried again.
 *
 * @example
 * ```text
 * import kerberos from 'kerberos';
 * connect('zk1.example.org:2181', { sasl: gssapi(kerberos) });
 * ```
 */
export function gssapi(kerberos: KerberosLibrary, options: GssapiOptions = {}): SaslMechanism {
  if (typeof kerberos?.initializeClient !== 'function')
    throw new UsageError('kerberos', 'must be the npm package of that name');
  const { service = 'zookeeper', host: fixed, principal } = knownKeys('options', options, OPTIONS);
  for (const [key, value] of Object.entries({ service, host: fixed, principal })) {
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw new UsageError(`options.${key}`, 'must be a string, and not empty');
  }
  const separator = process.platform === 'win32' ? '/' : '@'; // SSPI takes a principal, GSSAPI a host-based service
  return {
    name: 'GSSAPI',
    start({ host }) {
      const server = `${service}${separator}${fixed ?? host}`;
      return new GssapiExchange(server, () =>
        kerberos.initializeClient(server, principal === undefined ? {} : { principal })
      );
    },
  };
}

class GssapiExchange implements SaslExchange {
  readonly #server: string;
  readonly #initialize: () => Promise<KerberosClient>;
  #client: KerberosClient | undefined;
  complete = false;

  constructor(server: string, initialize: () => Promise<KerberosClient>) {
    this.#server = server;
    this.#initialize = initialize;
  }

  step(token: Uint8Array | null): ObservableInput<Uint8Array | undefined> {
    // one more packet comes after our last
    return this.complete ? [undefined] : this.#next(base64(token ?? new Uint8Array()));
  }

  async #next(challenge: string): Promise<Uint8Array> {
    try {
      this.#client ??= await this.#initialize();
      const answer = this.#client.contextComplete
        ? await this.#negotiate(this.#client, challenge)
        : await this.#client.step(challenge);
      return Buffer.from(answer ?? '', 'base64'); // none: the server has the word
    } catch (cause) {
      throw this.#failure(cause);
    }
  }

  /** The server offers layers of security for later messages. We take none, since ZooKeeper has none. */
  async #negotiate(client: KerberosClient, challenge: string): Promise<string> {
    const offer = Buffer.from((await client.unwrap(challenge)) ?? '', 'base64');
    if (offer.length !== OFFER_SIZE) throw new Error(`an offer of security layers of ${offer.length} bytes`);
    if ((offer[0]! & NO_SECURITY_LAYER) === 0) throw new Error('the server demands a security layer');
    const choice = await client.wrap(CHOICE);
    this.complete = true;
    return choice;
  }

  #failure(cause: unknown): CoordinationError {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `SASL GSSAPI, to ${this.#server}: ${why}`;
    if (KDC_AWAY.test(why)) return new ConnectError(message, { code: 'KDC_UNREACHABLE', cause });
    return new SessionError('AUTH_FAILED', message, 'none', { cause });
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}
