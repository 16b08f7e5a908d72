import { type Observable, Subject, filter, map, merge, skip, switchMap, take, takeUntil } from 'rxjs';
import { utf8 } from '../../core/codecs.js';
import type { EmbeddedZooKeeper } from '../../testing/zookeeper/embeddedZooKeeper.js';
import { startZooKeeper } from '../../testing/zookeeper/startZooKeeper.js';
import { type ZooKeeper, connect, elect, open } from '../../zookeeper/index.js';
import type { Stage } from './stage.js';

const COLOUR = '/colour';
const QUICK = { sessionTimeout: 2000 };
const codec = utf8;

/** Shows a watch, a lost link, an expired session and an election, on an embedded server. It takes some seconds. */
export async function playDemo(stage: Stage): Promise<void> {
  await stage.chapter(
    '1. A server',
    'ZooKeeper keeps small pieces of data, called nodes, that many programs share. This one runs in this process.'
  );
  await using server = await startZooKeeper();
  await stage.say(`it listens on ${server.connectString}`);
  await using zk = await open(server.connectString, QUICK);
  await using other = await open(server.connectString);
  const end$ = new Subject<void>();
  const shown = merge(watched(zk, stage), states(zk, stage))
    .pipe(takeUntil(end$))
    .forEach(() => undefined);
  try {
    await writes(stage, other);
    await lostLink(stage, server, zk, other);
    await expiry(stage, server, zk, other);
  } finally {
    end$.next();
    await shown;
  }
  await election(stage, server);
  await stage.chapter(
    'The end',
    'Try next: qrx serve zookeeper --port 2181, and in other terminals qrx create, qrx set and qrx watch.'
  );
}

function watched(zk: ZooKeeper, stage: Stage): Observable<unknown> {
  return zk.watch(COLOUR, { codec }).pipe(
    switchMap((node) => {
      const value = node.kind === 'present' ? `is ${node.value}` : 'does not exist';
      return stage.say(`   watch: ${COLOUR} ${value}${node.stale ? ', but this may be out of date' : ''}`);
    })
  );
}

function states(zk: ZooKeeper, stage: Stage): Observable<unknown> {
  return zk.state$.pipe(
    skip(1), // it is connected already
    switchMap(({ kind }) => stage.say(`   state: ${kind}`))
  );
}

async function writes(stage: Stage, other: ZooKeeper): Promise<void> {
  await stage.chapter(
    '2. A watch and a write',
    'A watch shows what a node is: now, and after every change. Another program makes the changes here.'
  );
  await stage.pause(100);
  await stage.say(`write: create ${COLOUR}, red`);
  await stage.first(other.create(COLOUR, 'red', { codec }));
  await stage.pause(200);
  await stage.say(`write: set ${COLOUR}, green`);
  await stage.first(other.set(COLOUR, 'green', { codec }));
  await stage.pause(200);
}

async function lostLink(stage: Stage, server: EmbeddedZooKeeper, zk: ZooKeeper, other: ZooKeeper): Promise<void> {
  await stage.chapter(
    '3. A lost link',
    'The server goes away for half a second. The watch says that it may be out of date, and catches up by itself.'
  );
  await stage.say('the server goes');
  await server.refuse();
  await stage.pause(500);
  await stage.say('the server is back, and the other program writes blue');
  await server.accept();
  await stage.first(other.state$.pipe(filter(({ kind }) => kind === 'connected')));
  await stage.first(other.set(COLOUR, 'blue', { codec }));
  await stage.first(zk.state$.pipe(filter(({ kind }) => kind === 'connected')));
  await stage.pause(300);
}

async function expiry(stage: Stage, server: EmbeddedZooKeeper, zk: ZooKeeper, other: ZooKeeper): Promise<void> {
  await stage.chapter(
    '4. An expiry',
    'A client that is silent for too long loses its session, and all that it held. A new one begins; the watch goes on.'
  );
  await stage.say('the server ends the session');
  server.expire(zk.ticket.id);
  await stage.first(zk.state$.pipe(filter((state) => state.kind === 'connected' && state.epoch > 1)));
  await stage.say(`write: set ${COLOUR}, violet`);
  await stage.first(other.set(COLOUR, 'violet', { codec }));
  await stage.pause(300);
}

async function election(stage: Stage, { connectString }: EmbeddedZooKeeper): Promise<void> {
  await stage.chapter(
    '5. An election',
    'Three programs want to lead. One does; when it goes, the next takes over. Each leader has a higher number.'
  );
  const leaves$ = new Subject<string>();
  const candidacies = ['Ada', 'Grace', 'Edsger'].map((name) =>
    connect(connectString, QUICK).pipe(
      switchMap((zk) => elect(zk, '/election')),
      filter((now) => now.role === 'leader'),
      map(({ lease }) => ({ name, token: lease.token })),
      takeUntil(leaves$.pipe(filter((leaver) => leaver === name)))
    )
  );
  const terms$ = merge(...candidacies).pipe(
    take(candidacies.length),
    switchMap(async ({ name, token }) => {
      await stage.say(`   ${name} leads, with the number ${token}`);
      await stage.pause(400);
      await stage.say(`${name} leaves`);
      leaves$.next(name); // its session is closed, and its node goes
      return name;
    }),
    skip(candidacies.length - 1)
  );
  await stage.first(terms$);
}
