import { firstValueFrom } from 'rxjs';
import { UsageError } from '../../core/errors.js';
import { abortOf } from '../../operators/abortOf.js';
import { ExitCode } from '../command/report.js';
import type { Verb } from '../command/verb.js';
import { SERVING, servers } from '../serving/servers.js';

export const serve: Verb = {
  name: 'serve',
  summary:
    'Runs an embedded server, for trials and tests. It prints its URL, and ends with Ctrl-C. ' +
    'SIGUSR1 cuts all connections and stops listening, SIGUSR2 listens again (ZooKeeper).',
  usage: 'zookeeper|etcd|arakoon',
  options: SERVING,
  operands: 'other',
  examples: [
    ['qrx serve zookeeper --port 2181', 'a server at the usual port'],
    ['qrx serve zookeeper --profile conformance', 'with the limits of a real server'],
    ['qrx serve etcd --members 3', 'a cluster in one process'],
  ],
  async run(call) {
    const [kind = '', ...others] = call.args;
    const start = Object.hasOwn(servers, kind) ? servers[kind] : undefined;
    if (start === undefined || others.length > 0)
      throw new UsageError('arguments', 'must be one: zookeeper, etcd or arakoon');
    const { url, stop, refuse, accept } = await start(call);
    call.closing({ close: stop });
    let doing = Promise.resolve(); // one after the other
    const inTurn = (act?: () => Promise<void>) => () => void (doing = doing.then(act));
    const releases = [call.terminal.on('SIGUSR1', inTurn(refuse)), call.terminal.on('SIGUSR2', inTurn(accept))];
    const idle = setInterval(() => undefined, 2 ** 31 - 1); // while it does not listen, nothing else keeps the process
    await call.output.result(url, { url });
    await firstValueFrom(abortOf(call.terminal.stop), { defaultValue: undefined });
    clearInterval(idle);
    for (const release of releases) release();
    return ExitCode.done;
  },
};
