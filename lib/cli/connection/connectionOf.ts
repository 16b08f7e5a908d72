import { UsageError } from '../../core/errors.js';
import type { TlsOptions } from '../../transport/tls.js';
import type { Identity, SaslMechanism, gssapi as Gssapi } from '../../zookeeper/index.js';
import { fileContent } from '../terminal/fileContent.js';
import type { Terminal } from '../terminal/terminal.js';
import type { Settings } from './settings.js';

/** The options of a store's `open` that come from the settings. */
export interface Connection {
  readonly tls?: TlsOptions;
  readonly auth?: readonly Identity[];
  readonly sasl?: SaslMechanism;
  readonly sessionTimeout?: number;
  readonly user?: { readonly name: string; readonly password: string };
}

/** Reads the files that settings name, and asks for a password that is missing. */
export async function connectionOf(scheme: string, settings: Settings, terminal: Terminal): Promise<Connection> {
  const tls = await tlsOf(settings);
  const common = tls === undefined ? {} : { tls };
  if (scheme === 'zk') return { ...common, ...(await zooKeeperOf(settings, terminal)) };
  for (const [name, value] of Object.entries({ sasl: settings.sasl, 'session-timeout': settings.sessionTimeout }))
    if (value !== undefined) throw new UsageError(`--${name}`, 'is for ZooKeeper');
  const { user } = settings;
  if (user === undefined) return common;
  if (scheme === 'arakoon') throw new UsageError('--user', 'is not for Arakoon, which has no users');
  return { ...common, user: { name: user, password: await passwordOf(user, settings, terminal) } };
}

async function tlsOf({ tls, ca, cert, key, anyHost }: Settings): Promise<TlsOptions | undefined> {
  if (tls !== true && [ca, cert, key, anyHost].every((it) => it === undefined)) return undefined;
  const files = Object.entries({ ca, cert, key }).filter(([, file]) => file !== undefined);
  const contents = files.map(async ([name, file]) => [name, await fileContent(`--${name}`, file!)] as const);
  return {
    ...(Object.fromEntries(await Promise.all(contents)) as TlsOptions),
    ...(anyHost === true && { checkServerIdentity: () => undefined }),
  };
}

async function zooKeeperOf(settings: Settings, terminal: Terminal): Promise<Connection> {
  const { user, sasl, sessionTimeout } = settings;
  const session = sessionTimeout === undefined ? {} : { sessionTimeout };
  if (sasl === 'gssapi') return { ...session, sasl: await kerberos(user) };
  if (sasl !== undefined && sasl !== 'digest-md5') throw new UsageError('--sasl', 'must be digest-md5 or gssapi');
  if (user === undefined) {
    if (sasl !== undefined) throw new UsageError('--user', 'is missing: --sasl digest-md5 needs it');
    return session;
  }
  const password = await passwordOf(user, settings, terminal);
  return sasl === undefined
    ? { ...session, auth: [{ scheme: 'digest', auth: `${user}:${password}` }] }
    : { ...session, sasl: (await sasls()).digestMd5({ username: user, password }) };
}

/** The mechanisms, which come with ZooKeeper's client: other stores do not load that. */
const sasls = () => import('../../zookeeper/index.js');

async function kerberos(principal: string | undefined): Promise<SaslMechanism> {
  const name = 'kerberos'; // not a dependency: its users install it
  try {
    const { default: library } = (await import(name)) as { readonly default: Parameters<typeof Gssapi>[0] };
    return (await sasls()).gssapi(library, principal === undefined ? {} : { principal });
  } catch (cause) {
    throw new UsageError('--sasl', 'gssapi needs a package: npm install -g kerberos', { cause });
  }
}

/** The password of a user: from a file, a profile, the environment, or a question. */
async function passwordOf(user: string, settings: Settings, terminal: Terminal): Promise<string> {
  if (user.includes(':'))
    throw new UsageError('--user', 'must not have a password, which all users of this machine would see: QRX_PASSWORD');
  const { password, passwordFile } = settings;
  if (passwordFile !== undefined)
    return (await fileContent('--password-file', passwordFile)).toString().replace(/\r?\n$/, '');
  const known = password ?? (await terminal.ask(`password of ${user}: `));
  if (known !== undefined) return known;
  throw new UsageError('password', `of ${user} is missing: set QRX_PASSWORD, or give --password-file`);
}
