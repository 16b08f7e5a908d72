import { firstValueFrom, merge, takeUntil } from 'rxjs';
import { formatEndpoint } from '../../core/endpoint.js';
import { UsageError } from '../../core/errors.js';
import { abortOf } from '../../operators/abortOf.js';
import { ExitCode } from '../command/report.js';
import type { Call, Verb } from '../command/verb.js';
import { wholeNumber } from '../command/wholeNumber.js';
import type { FaultProxy } from '../../testing/proxy/faultProxy.js';
import type { FaultStep } from '../../testing/proxy/faultStep.js';

/** The numbers of a proxy that are options of the verb too. */
const NUMBERS = ['port', 'latency', 'jitter', 'bandwidth', 'pieces', 'seed'] as const;
const WAYS = ['toClient', 'toServer', 'both'] as const;

export const proxy: Verb = {
  name: 'proxy',
  summary:
    'Runs a bad network in front of a server. Clients connect to the printed address. Ends with Ctrl-C. ' +
    'Keys of a terminal, and SIGUSR1 (cut), make faults.',
  usage: 'HOST:PORT',
  options: {
    host: { value: 'ADDRESS', about: 'where to listen; default 127.0.0.1' },
    port: { value: 'N', about: 'where to listen; default: a free port' },
    latency: { value: 'MS', about: 'how long bytes are under way, each way' },
    jitter: { value: 'MS', about: 'how far the latency may be off, both ways' },
    bandwidth: { value: 'BYTES', about: 'bytes a second, for each direction of each connection' },
    pieces: { value: 'BYTES', about: 'the largest packet; 1 sends every byte by itself' },
    'cut-every': { value: 'MS', about: 'resets all connections, again and again' },
    stall: {
      value: 'WAY:MS:MS',
      many: true,
      about: 'toClient, toServer or both: when nothing gets through first, and for how long. Can come several times',
    },
    seed: { value: 'N', about: 'repeats a run; default: a random one' },
  },
  operands: 'other',
  examples: [
    ['qrx proxy 127.0.0.1:2181 --port 2182 --latency 40 --jitter 10', 'a slow network'],
    ['qrx proxy 127.0.0.1:2181 --cut-every 5000', 'a connection that breaks every five seconds'],
    ['qrx proxy 127.0.0.1:2181 --stall toClient:3000:2000', 'no answers from the third to the fifth second'],
  ],
  async run(call) {
    const [target, ...others] = call.args;
    if (target === undefined || others.length > 0) throw new UsageError('arguments', 'must be one: HOST:PORT');
    const numbers = NUMBERS.map((name) => [name, call.number(name)] as const).filter(([, it]) => it !== undefined);
    const host = call.value('host');
    const scripts = scriptsOf(call);
    const { faultProxy } = await import('../../testing/proxy/faultProxy.js');
    const running = await faultProxy({ target, ...(host !== undefined && { host }), ...Object.fromEntries(numbers) });
    call.closing({ close: () => running.stop() });
    const [from, to, { seed }] = [running.connectString, formatEndpoint(running.target), running];
    await call.output.result(`${from} leads to ${to}, with the seed ${seed}`, { from, to, seed });
    const release = call.terminal.on('SIGUSR1', () => running.cut());
    const stop$ = abortOf(call.terminal.stop);
    const faults$ = merge(...scripts.map((script) => running.play(script))).pipe(takeUntil(stop$));
    const stopped = firstValueFrom(stop$, { defaultValue: undefined });
    await Promise.all([faults$.forEach(() => undefined), byKeys(call, running), stopped]);
    release();
    return ExitCode.done;
  },
};

/** Faults that come by themselves. Throws a `UsageError` for an option that is wrong. */
function scriptsOf(call: Call): readonly Iterable<FaultStep>[] {
  const every = call.value('cut-every');
  const stalls = call.values('stall').map(stallOf);
  return every === undefined ? stalls : [...stalls, cuts(wholeNumber('--cut-every', every, 1))];
}

function* cuts(after: number): Iterable<FaultStep> {
  for (;;) yield { after, cut: true };
}

function stallOf(text: string): readonly FaultStep[] {
  const [word, after = '', lasting = '', ...rest] = text.split(':');
  const way = WAYS.find((name) => name === word);
  if (way === undefined || lasting === '' || rest.length > 0)
    throw new UsageError('--stall', `must be WAY:MS:MS, as in toClient:3000:2000, not ${text}`);
  return [
    { after: wholeNumber('--stall', after), stall: way },
    { after: wholeNumber('--stall', lasting), flow: way },
  ];
}

/** What a key does to the network, and the word for it. */
const KEYS: Readonly<Record<string, readonly [word: string, act: (proxy: FaultProxy) => unknown]>> = {
  c: ['cut: all connections are reset', (it) => it.cut()],
  s: ['stall: nothing gets through, until f', (it) => it.stall()],
  f: ['flow: all gets through again', (it) => it.flow()],
  d: ['delay: 500 ms each way, until h', (it) => it.delay(500)],
  r: ['refuse: no new connections, and none of the old, until a', (it) => (it.refuse(), it.cut())],
  a: ['accept: new connections again', (it) => it.accept()],
  h: ['heal: all is well', (it) => it.heal()],
};

/** Makes faults by the keys of a terminal, until the user ends the command. */
async function byKeys(call: Call, proxy: FaultProxy): Promise<void> {
  const { terminal, output } = call;
  if (terminal.keys === undefined || output.isJson) return;
  terminal.note(
    `keys: ${Object.values(KEYS)
      .map(([word]) => word.split(':')[0]!.replace(/^./, '[$&]'))
      .join(' ')}`
  );
  for await (const key of terminal.keys()) {
    const [word, act] = Object.hasOwn(KEYS, key) ? KEYS[key]! : [];
    if (word === undefined || act === undefined) continue;
    await act(proxy);
    terminal.note(`${output.time()}  ${word} (${proxy.connections} connected)`);
  }
}
