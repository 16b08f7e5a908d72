import { parseArgs } from 'node:util';
import { isCoordinationError } from '../../core/errors.js';
import type { EmbeddedZooKeeper } from './embeddedZooKeeper.js';
import type { ZooKeeperServerOptions } from './zooKeeperServerOptions.js';
import { startZooKeeper } from './startZooKeeper.js';

const USAGE = `usage: npm run -s serve -- [options]

  --port <number>           where to listen; 0, the default, is any free port
  --host <address>          default 127.0.0.1
  --server-version <x.y.z>  the ZooKeeper to be, 3.4 to 3.9; default 3.8.0
  --tick-time <ms>          the unit of session timeouts; default 200
  --max-buffer <bytes>      jute.maxbuffer; default 1048575
  --super-digest <u:hash>   who may do everything
  --data-file <path>        where the tree is kept over restarts; default: nowhere
  --read-only               serve without a quorum
  --profile conformance     as a real server in its tests: tickTime 2000, sessions of 2 to 20 ticks, 1 MiB
                            jute.maxbuffer, all four-letter words, containers and TTL nodes, reaped every second
  --profile clickhouse-keeper
                            as ClickHouse Keeper, which knows fewer operations

It prints its connect string. SIGTERM and SIGINT stop it; SIGUSR1 drops all connections and stops listening, SIGUSR2
listens again.
`;

const PROFILES: Readonly<Record<string, ZooKeeperServerOptions>> = {
  'clickhouse-keeper': { profile: 'clickhouse-keeper' },
  conformance: {
    tickTime: 2000,
    maxSessionTimeout: 40_000,
    fourLetterWords: '*',
    reapInterval: 1000,
    maxBuffer: 1024 * 1024,
    extendedTypes: true,
  },
};

/**
 * The command line of the embedded server. Resolves to the exit code when it could not start; else runs until a signal.
 */
export async function serveCommand(args: readonly string[]): Promise<number | undefined> {
  let options: ZooKeeperServerOptions | undefined;
  try {
    options = optionsOf(args);
  } catch (error) {
    process.stderr.write(`${String(error instanceof Error ? error.message : error)}\n\n`);
  }
  if (options === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  try {
    const server = await startZooKeeper(options);
    process.stdout.write(`${server.connectString}\n`);
    obey(server);
    return undefined;
  } catch (error) {
    if (!isCoordinationError(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

function optionsOf(args: readonly string[]): ZooKeeperServerOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      'server-version': { type: 'string' },
      'tick-time': { type: 'string' },
      'max-buffer': { type: 'string' },
      'super-digest': { type: 'string' },
      'data-file': { type: 'string' },
      'read-only': { type: 'boolean' },
      profile: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const { profile } = values;
  if (values.help === true) return undefined;
  if (profile !== undefined && PROFILES[profile] === undefined) throw new Error(`there is no profile ${profile}`);
  return {
    ...(profile === undefined ? {} : PROFILES[profile]),
    ...given('port', values.port, numberOf),
    ...given('host', values.host, String),
    ...given('version', values['server-version'], String),
    ...given('tickTime', values['tick-time'], numberOf),
    ...given('maxBuffer', values['max-buffer'], numberOf),
    ...given('superDigest', values['super-digest'], String),
    ...given('dataFile', values['data-file'], String),
    ...given('readOnly', values['read-only'], Boolean),
  };
}

/** `Number` takes nothing at all for 0. */
function numberOf(text: string): number {
  return text.trim() === '' ? NaN : Number(text);
}

function given<K extends keyof ZooKeeperServerOptions, V, T>(
  key: K,
  value: V | undefined,
  convert: (value: V) => T
): { readonly [key in K]?: T } {
  return value === undefined ? {} : ({ [key]: convert(value) } as { readonly [key in K]?: T });
}

function obey(server: EmbeddedZooKeeper): void {
  let doing: Promise<unknown> = Promise.resolve();
  setInterval(() => {}, 2 ** 31 - 1); // while it does not listen, nothing else would keep the process
  const on = (signals: readonly NodeJS.Signals[], act: () => Promise<unknown>) => {
    for (const signal of signals) process.on(signal, () => void (doing = doing.then(act)));
  };
  on(['SIGTERM', 'SIGINT'], () => server.stop().then(() => process.exit(0)));
  on(['SIGUSR1'], () => server.refuse());
  on(['SIGUSR2'], () => server.accept());
}
