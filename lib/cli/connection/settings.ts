import { UsageError } from '../../core/errors.js';
import type { OptionOfVerb } from '../command/optionOfVerb.js';
import { wholeNumber } from '../command/wholeNumber.js';

/** How to connect to a store, besides its URL. */
export interface Settings {
  /** Whether to use TLS. Any of the following four settings asks for it too. */
  readonly tls?: boolean | undefined;
  /** Files, in PEM. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Whether a certificate may name another host. */
  readonly anyHost?: boolean | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  /** The SASL mechanism: `digest-md5` or `gssapi`. */
  readonly sasl?: string | undefined;
  /** Milliseconds. */
  readonly sessionTimeout?: number | undefined;
}

/** The names of all settings. */
export const SETTINGS = [
  ...(['tls', 'ca', 'cert', 'key', 'anyHost', 'user', 'password', 'passwordFile', 'sasl', 'sessionTimeout'] as const),
] satisfies (keyof Settings)[];

/** The settings as options of every verb. A password is none of them: all users see the arguments of a process. */
export const CONNECTION: Readonly<Record<string, OptionOfVerb>> = {
  tls: { about: 'over TLS, with the authorities of the system' },
  ca: { value: 'FILE', about: 'over TLS, with these authorities (PEM)' },
  cert: { value: 'FILE', about: 'the certificate of this client (PEM)' },
  key: { value: 'FILE', about: 'its key (PEM)' },
  'any-host': { about: 'the certificate of the server may name another host' },
  user: { value: 'NAME', about: 'ZooKeeper: an identity of the scheme digest, or that of --sasl; etcd: the user' },
  'password-file': { value: 'FILE', about: 'the password of the user; default: QRX_PASSWORD, or a question' },
  sasl: { value: 'WORD', about: 'ZooKeeper: digest-md5, or gssapi (needs the npm package kerberos)' },
  'session-timeout': { value: 'MS', about: 'ZooKeeper: default 30000' },
};

/** The name of a setting as an option and, with other letters, as a variable: `anyHost` is `any-host`. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The variable of a setting: `anyHost` is `QRX_ANY_HOST`. */
function variableOf(name: string): string {
  return `QRX_${kebab(name).replaceAll('-', '_').toUpperCase()}`;
}

/** The settings of options, of a profile, and of the environment, in this order. */
export function settingsOf(
  options: Readonly<Record<string, unknown>>,
  profile: Settings,
  env: Readonly<Record<string, string | undefined>>
): Settings {
  const given = SETTINGS.map((name) => [name, options[kebab(name)] ?? profile[name] ?? env[variableOf(name)]] as const)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => [name, typed(name, value)] as const);
  return Object.fromEntries(given);
}

function typed(name: keyof Settings, value: unknown): string | boolean | number {
  if (name === 'sessionTimeout') return wholeNumber(`--${kebab(name)}`, String(value), 1);
  if (name === 'tls' || name === 'anyHost') return value === true || value === '1' || value === 'true';
  if (typeof value === 'string') return value;
  throw new UsageError(name, 'must be text');
}
