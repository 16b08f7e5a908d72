// A process that contends: a few clients, each with a session of its own, over links of its own.
import { connect as dial } from 'node:net';
import { createInterface } from 'node:readline';
import { Subject, merge, retry, timer } from 'rxjs';
import { connect, joinParty, seededRandom } from './built.mjs';
import { changing, losing, watching, working } from './chores.mjs';
import { BROKEN, contending } from './leases.mjs';
import { links } from './links.mjs';
import { PARTY } from './places.mjs';

const { name, judge, ports, seed, clients, timeout, faultsEvery } = JSON.parse(process.argv[2]);
const socket = dial({ host: '127.0.0.1', port: judge, noDelay: true });
const tell = (fact) =>
  void socket.write(`${JSON.stringify(fact, (_, value) => (typeof value === 'bigint' ? String(value) : value))}\n`);
socket.on('close', () => process.exit(1)).on('error', () => process.exit(1)); // nobody is left to work for
await new Promise((connected) => socket.once('connect', connected));
tell({ kind: 'hello', name });

const network = await links({ ports, seed, every: faultsEvery, lasting: timeout * 1.2, tell });
const workers = Array.from({ length: clients }, (_, i) => begin(`${name}/${i}`, seededRandom(seed + i)));

/** All that one client does. Nothing of it ends by itself: what does, is told, and begun again. */
function begin(client, random) {
  const shown = new Map();
  const leaving$ = new Subject();
  let zk;
  const session = connect(network.connectString, { sessionTimeout: timeout }).subscribe({ next: (it) => (zk = it) });
  const context = { zk, client, tell, random, shown, leaving$ };
  const lasting = (activity, activity$) => {
    const ended = (error) => {
      if (error.code === BROKEN) tell({ kind: 'ended', what: activity, code: error.code });
      else tell({ kind: 'violation', text: `${client}: ${activity} ended with ${error.stack}` });
      return timer(1000);
    };
    return activity$.pipe(retry({ delay: ended }));
  };
  const changes = changing(context).subscribe();
  const contention = merge(
    contending(context),
    lasting('consume', working(context)),
    lasting('joinParty', joinParty(zk, PARTY))
  ).subscribe();
  const watches = merge(losing(context), lasting('watch', watching(context))).subscribe();
  return {
    shown: () => ({ client, shown: Object.fromEntries(shown) }),
    calm: () => changes.unsubscribe(),
    leave() {
      leaving$.next();
      contention.unsubscribe();
    },
    async close() {
      await zk.close();
      watches.unsubscribe();
      session.unsubscribe();
    },
  };
}

const commands = {
  calm: async () => {
    for (const worker of workers) worker.calm();
    await network.heal();
  },
  isolate: (ms) => network.isolate(Number(ms)),
  leave: () => workers.forEach((worker) => worker.leave()),
  show: () => workers.map((worker) => worker.shown()),
};
createInterface({ input: socket }).on('line', async (command) => {
  const [name, argument] = command.split(' ');
  tell({ kind: 'answer', command, answer: await commands[name](argument) });
});
process.on('SIGTERM', async () => {
  for (const worker of workers) worker.leave();
  await Promise.all(workers.map((worker) => worker.close()));
  await network.stop();
  tell({ kind: 'closed' });
  socket.removeAllListeners('close').end();
});
