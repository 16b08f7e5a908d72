import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { CertificateName, TlsMaterial } from './certificates.js';
import { zookeeperClassPath } from './zookeeperUnderTest.js';

/** How a real server is started. */
export interface ServerOptions {
  /** Milliseconds; 500. */
  readonly tickTime?: number;
  /** Milliseconds; 1000. */
  readonly minSessionTimeout?: number;
  /** Milliseconds; 60000. */
  readonly maxSessionTimeout?: number;
  /** Lines of zoo.cfg, which win over ours. */
  readonly config?: Readonly<Record<string, string>>;
  /** System properties, `-D`, which win over ours. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Adds a TLS port. The plain one stays, for the harness. */
  readonly tls?: ServerTls;
  /** Lets users log in with SASL DIGEST-MD5. */
  readonly sasl?: ServerSasl;
  /** The JAAS configuration, for SASL other than with `sasl`. */
  readonly jaas?: string;
  /** Megabytes of memory for the data; 128. */
  readonly heap?: number;
  /** Further environment variables. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface ServerTls extends TlsMaterial {
  /** Whether clients show a certificate; `'need'`. */
  readonly clientAuth?: 'need' | 'want' | 'none';
  /** The one that the server shows; `'server'`. */
  readonly certificate?: CertificateName;
}

export interface ServerSasl {
  /** Their passwords. */
  readonly users: Readonly<Record<string, string>>;
  /** Whether sessions without SASL are refused, with -124. */
  readonly required?: boolean;
}

/** The password of the user `super`, who may do everything, with digest and with SASL. */
export const SUPER_PASSWORD = 'superpw';

/** The default list has none of TLS 1.3. */
const CIPHER_SUITES = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
].join();

/** The lines of zoo.cfg that every server has, alone or in an ensemble. */
export function commonConfig(directory: string, options: ServerOptions, securePort?: number): Record<string, string> {
  const { tickTime = 500, minSessionTimeout = 1_000, maxSessionTimeout = 60_000, tls } = options;
  return {
    tickTime: `${tickTime}`,
    minSessionTimeout: `${minSessionTimeout}`,
    maxSessionTimeout: `${maxSessionTimeout}`,
    dataDir: `${directory}/data`,
    maxClientCnxns: '0',
    preAllocSize: '1024', // KiB; it would write 64 MiB
    'admin.enableServer': 'false',
    '4lw.commands.whitelist': '*',
    ...(tls && securePort ? tlsConfig(tls, securePort) : {}),
  };
}

/** Writes a file of `key=value` lines. */
export function writeConfig(file: string, config: Readonly<Record<string, string>>): void {
  writeFileSync(
    file,
    Object.entries(config)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('')
  );
}

/** The command that runs the server whose zoo.cfg, and JAAS file if it has one, are in a folder. */
export function serverCommand(directory: string, options: ServerOptions): string[] {
  const jaas = options.jaas ?? (options.sasl && saslLogins(options.sasl));
  if (jaas !== undefined) writeFileSync(`${directory}/jaas.conf`, jaas);
  const properties: Record<string, string> = {
    'org.slf4j.simpleLogger.showDateTime': 'true',
    'org.slf4j.simpleLogger.dateTimeFormat': 'HH:mm:ss.SSS',
    'zookeeper.jmx.log4j.disable': 'true',
    'zookeeper.extendedTypesEnabled': 'true',
    'zookeeper.forceSync': 'no', // a killed process loses nothing that it has written
    'zookeeper.DigestAuthenticationProvider.superDigest': digest('super', SUPER_PASSWORD),
    ...(jaas === undefined
      ? {}
      : {
          'java.security.auth.login.config': `${directory}/jaas.conf`,
          'zookeeper.authProvider.1': 'org.apache.zookeeper.server.auth.SASLAuthenticationProvider',
          'zookeeper.sessionRequireClientSASLAuth': `${options.sasl?.required ?? false}`,
        }),
    ...options.properties,
  };
  return [
    'java',
    `-Xmx${options.heap ?? 128}m`,
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Xshare:auto',
    '-cp',
    zookeeperClassPath,
    ...Object.entries(properties).map(([key, value]) => `-D${key}=${value}`),
    'org.apache.zookeeper.server.quorum.QuorumPeerMain',
    `${directory}/zoo.cfg`,
  ];
}

function tlsConfig(tls: ServerTls, securePort: number): Record<string, string> {
  return {
    secureClientPort: `${securePort}`,
    secureClientPortAddress: '127.0.0.1',
    serverCnxnFactory: 'org.apache.zookeeper.server.NettyServerCnxnFactory',
    'ssl.keyStore.location': tls[tls.certificate ?? 'server'].bundlePath,
    'ssl.trustStore.location': tls.ca.certificatePath,
    'ssl.trustStore.type': 'PEM', // which .crt does not say
    'ssl.clientAuth': tls.clientAuth ?? 'need',
    'ssl.protocol': 'TLSv1.3',
    'ssl.enabledProtocols': 'TLSv1.3,TLSv1.2',
    'ssl.ciphersuites': CIPHER_SUITES,
    'ssl.hostnameVerification': 'false',
    'authProvider.x509': 'org.apache.zookeeper.server.auth.X509AuthenticationProvider',
  };
}

function saslLogins({ users }: ServerSasl): string {
  const passwords = Object.entries({ super: SUPER_PASSWORD, ...users });
  const logins = passwords.map(([user, password]) => `user_${user}="${password}"`);
  return `Server { org.apache.zookeeper.server.auth.DigestLoginModule required ${logins.join(' ')}; };\n`;
}

/** As `DigestAuthenticationProvider.generateDigest` makes it. */
function digest(user: string, password: string): string {
  return `${user}:${createHash('sha1').update(`${user}:${password}`).digest('base64')}`;
}
