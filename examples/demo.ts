// What quorum-rx is for, on a server that runs in this process: `npm start`. It takes about ten seconds.
import { type ZooKeeper, connect, open, utf8 } from 'quorum-rx';
import { startServer } from 'quorum-rx/testing';
import { type Observable, concatMap, distinctUntilChanged, filter, firstValueFrom, map, of, switchMap, take, timer } from 'rxjs';

const began = Date.now();
const say = (text: string) => console.log(`${((Date.now() - began) / 1000).toFixed(2).padStart(6)} s  ${text}`);
const chapter = (title: string, ...lines: string[]) => console.log(['', title, ...lines].join('\n'));
const pause = (ms: number) => firstValueFrom(timer(ms));

/** One candidate of an election: emits whether it leads, for as long as it is subscribed to. */
function candidate(zk: ZooKeeper): Observable<boolean> {
  return zk.create('/election/candidate-', null, { mode: 'ephemeralSequential', protect: true }).pipe(
    switchMap(({ path }) => zk.watchChildren('/election').pipe(map(({ names }) => lowest(names) === path.slice('/election/'.length)))),
    distinctUntilChanged()
  );
}

const numberOf = (name: string) => Number(name.slice(-10));
const lowest = (names: readonly string[]) => [...names].sort((a, b) => numberOf(a) - numberOf(b))[0];

chapter('1. A server', 'ZooKeeper keeps small pieces of data, called nodes, that many programs share. Here is one to try, in this process.');
await using server = await startServer();
say(`it listens on ${server.connectString}`);

chapter('2. A watch and a write', 'A watch is a stream of what a node is: now, and after every change, whoever makes it.');
await using zk = await open(server.connectString, { sessionTimeout: 2000 });
const watching = zk.watch('/colour', { codec: utf8 }).subscribe((node) => {
  const value = node.exists === true ? `is ${node.value}` : 'does not exist';
  say(`   watch: /colour ${value}${node.stale ? ' (or was, when it was last seen)' : ''}`);
});
await pause(100);
say('write: create /colour, red');
await firstValueFrom(zk.create('/colour', 'red', { codec: utf8 }));
await pause(100);
say('write: set /colour, green');
await firstValueFrom(zk.set('/colour', 'green', { codec: utf8 }));
await pause(100);

chapter('3. A lost link', 'The server goes away for half a second. The watch says that it may be out of date, and catches up by itself.');
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

chapter('4. An expiry', 'A client that is silent for too long loses its session, and all that it held. A new one begins, and the watch goes on.');
say('the server ends the session');
server.expire(zk.ticket.id);
await firstValueFrom(zk.state$.pipe(filter((state) => state.kind === 'connected' && state.epoch > 1)));
await firstValueFrom(other.set('/colour', 'violet', { codec: utf8 }));
await pause(300);
states.unsubscribe();
watching.unsubscribe();

chapter('5. An election', 'Three programs want to lead. One does; when it goes, the next takes over.');
await firstValueFrom(zk.create('/election'));
let leads = (_name: string): void => {};
const candidates = new Map(
  ['Ada', 'Grace', 'Edsger'].map((name) => {
    const life = connect(server.connectString, { sessionTimeout: 2000 }).pipe(switchMap((its) => candidate(its)));
    return [name, life.subscribe((leading) => leading && (say(`   ${name} leads`), leads(name)))] as const;
  })
);
for (let left = candidates.size; left > 0; left--) {
  const leader = await new Promise<string>((resolve) => (leads = resolve));
  await pause(400);
  say(`${leader} leaves`);
  candidates.get(leader)?.unsubscribe(); // its session is closed, and its node goes
}

chapter('That was quorum-rx. README.md says how to go on.');
await firstValueFrom(of(undefined).pipe(concatMap(() => zk.delete('/colour')), take(1)));
