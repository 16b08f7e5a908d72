import { firstValueFrom } from 'rxjs';
import { UsageError } from '../../core/errors.js';
import { abortOf } from '../../operators/abortOf.js';
import { ExitCode } from '../command/report.js';
import type { Call, Verb } from '../command/verb.js';

export const serve: Verb = {
  name: 'serve',
  summary: 'Runs an embedded server, for trials and tests. It prints its URL, and ends with Ctrl-C.',
  usage: 'zookeeper|etcd|arakoon',
  options: {
    port: { value: 'N', about: 'ZooKeeper: the port; default: a free one' },
    'data-file': { value: 'FILE', about: 'ZooKeeper: the file that keeps the tree over restarts; default: none' },
    members: { value: 'N', about: 'etcd and Arakoon: how many members; default 1' },
  },
  operands: 'other',
  examples: [
    ['qrx serve zookeeper --port 2181', 'a server at the usual port'],
    ['qrx serve etcd --members 3', 'a cluster in one process'],
  ],
  async run(call) {
    const [kind, ...others] = call.args;
    const start = Object.hasOwn(STARTS, kind ?? '') ? STARTS[kind as keyof typeof STARTS] : undefined;
    if (start === undefined || others.length > 0)
      throw new UsageError('arguments', 'must be one: zookeeper, etcd or arakoon');
    const { url, stop } = await start(call);
    call.closing({ close: stop });
    await call.output.result(url, { url });
    await firstValueFrom(abortOf(call.terminal.stop), { defaultValue: undefined });
    return ExitCode.done;
  },
};

interface Served {
  readonly url: string;
  stop(): Promise<void>;
}

/** A server is loaded when it is asked for. */
const STARTS = {
  async zookeeper(call: Call): Promise<Served> {
    const { startZooKeeper } = await import('../../testing/zookeeper/startZooKeeper.js');
    const [port, dataFile] = [call.number('port'), call.value('data-file')];
    const server = await startZooKeeper({
      ...(port !== undefined && { port }),
      ...(dataFile !== undefined && { dataFile }),
    });
    return { url: `zk://${server.connectString}`, stop: () => server.stop() };
  },
  async etcd(call: Call): Promise<Served> {
    const { startEtcd } = await import('../../testing/etcd/startEtcd.js');
    const server = await startEtcd({ members: names(call, 'member') });
    return { url: `etcd://${server.endpoints.join()}`, stop: () => server.stop() };
  },
  async arakoon(call: Call): Promise<Served> {
    const { startArakoon } = await import('../../testing/arakoon/startArakoon.js');
    const server = await startArakoon({ nodes: names(call, 'arakoon') });
    const nodes = Object.entries(server.cluster.nodes).map(([name, address]) => `${name}=${[address].flat().join()}`);
    return { url: `arakoon://${server.cluster.id}?${nodes.join('&')}`, stop: () => server.stop() };
  },
};

function names(call: Call, word: string): readonly string[] {
  return Array.from({ length: call.number('members') ?? 1 }, (_, i) => `${word}_${i}`);
}
