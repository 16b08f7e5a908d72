import { firstValueFrom } from 'rxjs';
import { formatEndpoint } from '../../core/endpoint.js';
import { UsageError } from '../../core/errors.js';
import { abortOf } from '../../operators/abortOf.js';
import { ExitCode } from '../command/report.js';
import type { Verb } from '../command/verb.js';

/** The numbers of a proxy that are options of the verb too. */
const NUMBERS = ['port', 'latency', 'jitter', 'bandwidth', 'pieces', 'seed'] as const;

export const proxy: Verb = {
  name: 'proxy',
  summary: 'Runs a bad network in front of a server. Clients connect to the printed address. Ends with Ctrl-C.',
  usage: 'HOST:PORT',
  options: {
    port: { value: 'N', about: 'where to listen; default: a free port' },
    latency: { value: 'MS', about: 'how long bytes are under way, each way' },
    jitter: { value: 'MS', about: 'how far the latency may be off, both ways' },
    bandwidth: { value: 'BYTES', about: 'bytes a second, for each direction of each connection' },
    pieces: { value: 'BYTES', about: 'the largest packet; 1 sends every byte by itself' },
    'cut-every': { value: 'MS', about: 'resets all connections, again and again' },
    seed: { value: 'N', about: 'repeats a run; default: a random one' },
  },
  operands: 'other',
  examples: [
    ['qrx proxy 127.0.0.1:2181 --port 2182 --latency 40 --jitter 10', 'a slow network'],
    ['qrx proxy 127.0.0.1:2181 --cut-every 5000', 'a connection that breaks every five seconds'],
  ],
  async run(call) {
    const [target, ...others] = call.args;
    if (target === undefined || others.length > 0) throw new UsageError('arguments', 'must be one: HOST:PORT');
    const given = NUMBERS.map((name) => [name, call.number(name)] as const).filter(([, value]) => value !== undefined);
    const { faultProxy } = await import('../../testing/proxy/faultProxy.js');
    const running = await faultProxy({ target, ...Object.fromEntries(given) });
    call.closing({ close: () => running.stop() });
    const [from, to, { seed }] = [running.connectString, formatEndpoint(running.target), running];
    await call.output.result(`${from} leads to ${to}, with the seed ${seed}`, { from, to, seed });
    const every = call.number('cut-every');
    const cuts = every === undefined ? undefined : setInterval(() => running.cut(), Math.max(1, every));
    await firstValueFrom(abortOf(call.terminal.stop), { defaultValue: undefined });
    clearInterval(cuts);
    return ExitCode.done;
  },
};
