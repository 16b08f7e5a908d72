import { ProtocolError } from '../../../core/errors.js';
import type { JuteReader } from '../../../zookeeper/protocol/juteReader.js';
import { javaText } from '../javaText.js';
import { Code } from '../refusal.js';
import type { ZooKeeperServerSettings } from '../zooKeeperServerOptions.js';
import type { Body } from '../serverState.js';
import { SaslServer } from '../session/saslServer.js';
import type { Wire } from '../../host/wire.js';
import { Credentials } from './credentials.js';
import { digestOf, schemes } from './identity.js';

/** The answer to a login: a body, or the reason of a failure, which ends the connection. */
export type LoginAnswer = { readonly body?: Body } | { readonly failed: number; readonly body?: Body };

/** Whom a connection speaks for, and how it comes to: by its address, its certificate, `addAuth` and SASL. */
export class Logins {
  readonly credentials: Credentials;
  readonly #settings: ZooKeeperServerSettings;
  readonly #wire: Wire;
  readonly #sasl: SaslServer;

  constructor(settings: ZooKeeperServerSettings, wire: Wire) {
    this.#settings = settings;
    this.#wire = wire;
    this.#sasl = new SaslServer(settings.users);
    this.credentials = new Credentials(schemes(settings.users.size > 0, settings.tls !== undefined));
    this.credentials.hold('ip', wire.address);
    if (wire.certificate !== undefined) this.credentials.hold('x509', wire.certificate);
  }

  /** Whether requests are refused until it has logged in. */
  get lacking(): boolean {
    return this.#settings.requireSasl && this.#sasl.user === undefined;
  }

  /** `addAuth`; `undefined` for a packet that cannot be read. */
  authenticate(input: JuteReader): LoginAnswer | undefined {
    try {
      const scheme = input.skip(4).string();
      return this.#isProved(scheme, input.buffer()) ? {} : { failed: Code.authFailed };
    } catch (error) {
      if (error instanceof ProtocolError) return undefined;
      throw error;
    }
  }

  /** One step of SASL; a server that has no users answers nothing, and demands nothing. */
  sasl(input: JuteReader): LoginAnswer {
    const { users, requireSasl } = this.#settings;
    const token = input.buffer() ?? Buffer.alloc(0);
    if (users.size === 0) return { body: (out) => out.int(-1) };
    const answer = this.#sasl.step(token);
    if (answer === undefined)
      return { failed: requireSasl ? Code.saslRequired : Code.authFailed, body: (out) => out.int(-1) };
    if (this.#sasl.user !== undefined) this.credentials.hold('sasl', this.#sasl.user);
    return { body: (out) => out.buffer(answer) };
  }

  #isProved(scheme: string, proof: Buffer | null): boolean {
    const { address, certificate } = this.#wire;
    if (scheme === 'ip') this.credentials.hold(scheme, address);
    else if (scheme === 'digest' && proof !== null) {
      const id = digestOf(javaText(proof));
      if (id === this.#settings.superDigest) this.credentials.hold('super', '');
      this.credentials.hold(scheme, id);
    } else if (scheme === 'x509' && certificate !== undefined) this.credentials.hold(scheme, certificate);
    else return false;
    return true;
  }
}
