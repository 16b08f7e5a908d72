import { type ParseArgsConfig, parseArgs } from 'node:util';
import { merge } from 'rxjs';
import { duration } from '../../core/check.js';
import { formatEndpoint } from '../../core/endpoint.js';
import { UsageError, isCoordinationError } from '../../core/errors.js';
import { type FaultProxy, faultProxy } from './faultProxy.js';
import { type FaultStep, checkStep } from './faultStep.js';
import type { ProxyOptions } from './proxyOptions.js';

const USAGE = `usage: npm run -s proxy -- --target <host:port> [options]

  --target <host:port>        where connections lead
  --host <address>            where to listen; default 127.0.0.1
  --port <number>             0, the default, is any free port
  --latency <ms>              how long bytes are under way, each way
  --jitter <ms>               how far latency may be off, both ways
  --bandwidth <bytes>         bytes a second, for each direction of each connection
  --pieces <bytes>            the largest packet; 1 sends every byte by itself
  --seed <number>             repeats a run; default: a random one
  --cut-every <ms>            resets all connections, again and again
  --stall <way>:<ms>:<ms>     toClient, toServer or both: when nothing gets through first, and for how long;
                              can be given several times

It prints where it listens, where it leads to, and its seed. SIGTERM and SIGINT stop it; SIGUSR1 resets all connections.
`;

const TEXT = { type: 'string' } as const;
const OPTIONS = {
  ...{
    target: TEXT,
    host: TEXT,
    port: TEXT,
    latency: TEXT,
    jitter: TEXT,
    bandwidth: TEXT,
    pieces: TEXT,
    seed: TEXT,
    'cut-every': TEXT,
  },
  ...{ stall: { type: 'string', multiple: true }, help: { type: 'boolean' } },
} as const satisfies ParseArgsConfig['options'];
const NUMBERS = ['port', 'latency', 'jitter', 'bandwidth', 'pieces', 'seed'] as const;

/** The command line of the proxy. Resolves to the exit code when it does not start; else it runs until a signal. */
export async function proxyCommand(args: readonly string[]): Promise<number | undefined> {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    if (values.help === true) {
      process.stdout.write(USAGE);
      return 0;
    }
    const scripts = [
      ...(values.stall ?? []).map(stalled),
      ...(values['cut-every'] === undefined ? [] : [cuts(values['cut-every'])]),
    ];
    const proxy = await faultProxy(optionsOf(values));
    obey(proxy);
    process.stdout.write(`proxy ${proxy.connectString} -> ${formatEndpoint(proxy.target)} seed ${proxy.seed}\n`);
    await merge(...scripts.map((script) => proxy.play(script))).forEach(() => {});
    return undefined;
  } catch (error) {
    const usage = isUsage(error);
    if (!usage && !isCoordinationError(error)) throw error;
    process.stderr.write(`${(error as Error).message}\n${usage ? `\n${USAGE}` : ''}`);
    return usage ? 2 : 1;
  }
}

function optionsOf(
  values: Readonly<Partial<Record<'target' | 'host' | (typeof NUMBERS)[number], string>>>
): ProxyOptions {
  if (values.target === undefined) throw new UsageError('--target', 'is missing');
  const numbers = NUMBERS.filter((key) => values[key] !== undefined).map(
    (key) => [key, numberOf(values[key])] as const
  );
  return {
    target: values.target,
    ...(values.host === undefined ? {} : { host: values.host }),
    ...Object.fromEntries(numbers),
  };
}

function stalled(text: string): readonly FaultStep[] {
  const [way = '', after, lasting, ...rest] = text.split(':');
  if (rest.length > 0 || lasting === undefined)
    throw new UsageError('--stall', `must be <way>:<ms>:<ms>, as in toClient:3000:2000, not ${JSON.stringify(text)}`);
  const stall = way as 'toClient' | 'toServer' | 'both';
  return [
    { after: numberOf(after), stall },
    { after: numberOf(lasting), flow: stall },
  ].map((step) => checkStep('--stall', step));
}

function cuts(every: string): Iterable<FaultStep> {
  const after = duration('--cut-every', numberOf(every));
  return {
    *[Symbol.iterator](): Iterator<FaultStep> {
      for (;;) yield { after, cut: true };
    },
  };
}

/** `Number` takes nothing at all for 0. */
function numberOf(text = ''): number {
  return text.trim() === '' ? NaN : Number(text);
}

function isUsage(error: unknown): boolean {
  if (isCoordinationError(error)) return error.layer === 'usage';
  return String((error as { readonly code?: unknown } | null)?.code).startsWith('ERR_PARSE_ARGS');
}

function obey(proxy: FaultProxy): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void proxy.stop().then(() => process.exit(0)));
  process.on('SIGUSR1', () => proxy.cut());
}
