/**
 * A watch, a lost link, an expired session and an election, step by step, on a server in this process: `npm start`. It
 * takes about ten seconds.
 *
 * Try: `pause(3000)` in chapter 3. The client then counts its session as lost while it cannot reach the server.
 */
import { connect, elect, open, utf8 } from 'quorum-rx';
import { startZooKeeper } from 'quorum-rx/testing';
import { Subject, concatMap, filter, firstValueFrom, map, skip, switchMap, timer } from 'rxjs';

const began = Date.now();
const say = (text: string) => console.log(`${((Date.now() - began) / 1000).toFixed(2).padStart(6)} s  ${text}`);
const chapter = (title: string, ...lines: string[]) => console.log(['', title, ...lines].join('\n'));
const pause = (ms: number) => firstValueFrom(timer(ms));

chapter(
  '1. A server',
  'ZooKeeper keeps small pieces of data, called nodes, that many programs share. Here is one to try, in this process.'
);
await using server = await startZooKeeper();
say(`it listens on ${server.connectString}`);

chapter(
  '2. A watch and a write',
  'A watch is a stream of what a node is: now, and after every change, whoever makes it.'
);
await using zk = await open(server.connectString, { sessionTimeout: 2000 });
const watching = zk.watch('/colour', { codec: utf8 }).subscribe((node) => {
  const value = node.kind === 'present' ? `is ${node.value}` : 'does not exist';
  say(`   watch: /colour ${value}${node.stale ? ' (or was, when it was last seen)' : ''}`);
});
await pause(100);
say('write: create /colour, red');
await firstValueFrom(zk.create('/colour', 'red', { codec: utf8 }));
await pause(100);
say('write: set /colour, green');
await firstValueFrom(zk.set('/colour', 'green', { codec: utf8 }));
await pause(100);

chapter(
  '3. A lost link',
  'The server goes away for half a second. The watch says that it may be out of date, and catches up by itself.'
);
const states = zk.state$.subscribe((state) => say(`   state: ${state.kind}`));
say('the server goes');
await server.refuse();
await pause(500);
say('the server is back; meanwhile, another program wants to write');
await server.accept();
await using other = await open(server.connectString);
await firstValueFrom(other.set('/colour', 'blue', { codec: utf8 }));
await firstValueFrom(zk.state$.pipe(filter(({ kind }) => kind === 'connected')));
await pause(300);

chapter(
  '4. An expiry',
  'A client that is silent for too long loses its session, and all that it held. A new one begins; the watch goes on.'
);
say('the server ends the session');
server.expire(zk.ticket.id);
await firstValueFrom(zk.state$.pipe(filter((state) => state.kind === 'connected' && state.epoch > 1)));
await firstValueFrom(other.set('/colour', 'violet', { codec: utf8 }));
await pause(300);
states.unsubscribe();
watching.unsubscribe();

chapter(
  '5. An election',
  'Three programs want to lead. One does; when it goes, the next takes over. Each leader has a higher number.'
);
const names = ['Ada', 'Grace', 'Edsger'];
const leaders$ = new Subject<{ readonly name: string; readonly token: bigint }>();
const candidates = names.map((name) =>
  connect(server.connectString, { sessionTimeout: 2000 })
    .pipe(
      switchMap((its) => elect(its, '/election')),
      filter((now) => now.role === 'leader'),
      map(({ lease }) => ({ name, token: lease.token }))
    )
    .subscribe(leaders$)
);
await firstValueFrom(
  leaders$.pipe(
    concatMap(async ({ name, token }) => {
      say(`   ${name} leads, with number ${token}`);
      await pause(400);
      say(`${name} leaves`);
      candidates[names.indexOf(name)]?.unsubscribe(); // its session is closed, and its node goes
    }),
    skip(names.length - 1)
  )
);

chapter('That was quorum-rx. README.md says how to go on.');
