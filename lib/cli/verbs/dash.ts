import { firstValueFrom } from 'rxjs';
import { UsageError } from '../../core/errors.js';
import { abortOf } from '../../operators/abortOf.js';
import { ExitCode } from '../command/report.js';
import type { Verb } from '../command/verb.js';
import { whileConnecting } from '../command/whileWaiting.js';
import { wholeNumber } from '../command/wholeNumber.js';

export const dash: Verb = {
  name: 'dash',
  summary: 'Shows the store in a browser, live. It prints the address of the page, and ends with Ctrl-C.',
  usage: '[STORE]',
  options: {
    port: { value: 'N', about: 'the port of the page; default: a free one' },
    write: { about: 'the page may change the store; default: it only reads' },
    'admin-port': {
      value: 'N',
      about: 'ZooKeeper: the port of the AdminServers, or one for each server: N,N,N; default 8080',
    },
  },
  examples: [
    ['qrx dash zk://h1,h2,h3', 'the tree, the servers, locks and sessions'],
    ['qrx dash --write etcd://127.0.0.1:2379', 'values can be edited, too'],
  ],
  async run(call) {
    const { store, path } = call.place();
    if (path !== '/')
      throw new UsageError('store', `must end with a slash to show the nodes below: ${store.url}${path}/`);
    const adminPorts = (call.value('admin-port') ?? '').split(',').filter(Boolean);
    const [{ openDashStore }, { serveDashboard }] = await Promise.all([
      import('../dash/openDashStore.js'),
      import('../dash/serveDashboard.js'),
    ]);
    const { builtPage } = await import('../dash/pageFiles.js');
    const options = {
      ...(await call.connection(store)),
      adminPorts: adminPorts.map((port) => wholeNumber('--admin-port', port, 1)),
    };
    const opened = call.closing(await whileConnecting(call.terminal, store.url, openDashStore(store.url, options)));
    const mayWrite = call.flag('write');
    const served = call.closing(
      await serveDashboard(opened, {
        url: store.url,
        mayWrite,
        port: call.number('port'),
        folder: builtPage(process.argv[1] ?? ''),
      })
    );
    await call.output.result(served.address, { address: served.address, port: served.port });
    call.terminal.note(
      `qrx dash: ${mayWrite ? 'the page may change the store' : 'the page only reads'}; Ctrl-C ends it`
    );
    await firstValueFrom(abortOf(call.terminal.stop), { defaultValue: undefined });
    return ExitCode.done;
  },
};
