import { type Observable, defer, of } from 'rxjs';
import { SessionError } from '../../core/errors.js';
import type { SaslExchange, SaslMechanism } from '../saslMechanism.js';

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
  /** Second part of it. Default: the host that is connected to. */
  readonly host?: string;
  /** The client's principal. Default: whose ticket there is. */
  readonly principal?: string;
}

const NO_SECURITY_LAYER = 1;

/**
 * SASL GSSAPI (RFC 4752): Kerberos, by the npm package `kerberos`, which you pass. Needs a ticket (`kinit`) or a keytab.
 *
 * @example
 * ```text
 * import kerberos from 'kerberos';
 * connect('zk1:2181', { sasl: gssapi(kerberos) });
 * ```
 */
export function gssapi(kerberos: KerberosLibrary, options: GssapiOptions = {}): SaslMechanism {
  return { name: 'GSSAPI', start: ({ host }) => new GssapiExchange(kerberos, options, host) };
}

class GssapiExchange implements SaslExchange {
  readonly #kerberos: KerberosLibrary;
  readonly #options: GssapiOptions;
  readonly #host: string;
  #client: KerberosClient | undefined;
  complete = false;

  constructor(kerberos: KerberosLibrary, options: GssapiOptions, host: string) {
    this.#kerberos = kerberos;
    this.#options = options;
    this.#host = host;
  }

  step(token: Uint8Array | null): Observable<Uint8Array | undefined> {
    if (this.complete) return of(undefined); // the server's last packet comes after its last word
    return defer(() => this.#next(token));
  }

  async #next(token: Uint8Array | null): Promise<Uint8Array | undefined> {
    try {
      if (this.#client?.contextComplete === true) return await this.#negotiate(this.#client, token ?? new Uint8Array());
      this.#client ??= await this.#initialize();
      const answer = await this.#client.step(token === null ? '' : Buffer.from(token).toString('base64'));
      return Buffer.from(answer ?? '', 'base64');
    } catch (cause) {
      throw cause instanceof SessionError ? cause : new SessionError('AUTH_FAILED', `SASL GSSAPI: ${(cause as Error).message}`, 'none', { cause });
    }
  }

  #initialize(): Promise<KerberosClient> {
    const { service = 'zookeeper', host = this.#host, principal } = this.#options;
    return this.#kerberos.initializeClient(`${service}@${host}`, principal === undefined ? {} : { principal });
  }

  /** The server offers layers of security for what follows; we take none, since ZooKeeper has none. */
  async #negotiate(client: KerberosClient, token: Uint8Array): Promise<Uint8Array> {
    const offer = Buffer.from(await client.unwrap(Buffer.from(token).toString('base64')), 'base64');
    if (offer.length < 4 || (offer[0]! & NO_SECURITY_LAYER) === 0) throw new SessionError('AUTH_FAILED', 'SASL GSSAPI: the server demands a security layer');
    const choice = Buffer.from([NO_SECURITY_LAYER, 0, 0, 0]);
    this.complete = true;
    return Buffer.from(await client.wrap(choice.toString('base64')), 'base64');
  }
}
