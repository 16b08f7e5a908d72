/**
 * A protocol of one's own, in lines of text: a small store of keys, and its client made of operators. Replies come in
 * the order of the requests, `KEYS` has several, and `WATCH` makes the server send events between them. The server
 * hangs up once, so that you see the effect of a request that was under way, and the reconnect.
 * Try: set `maxInFlight` to 1, and see that the rest works as before.
 */
import { type Server, type Socket, createServer } from 'node:net';
import { type Endpoint, isCoordinationError, tcp } from 'quorum-rx';
import { multiplex, splitLines } from 'quorum-rx/operators';
import {
  type Observable,
  catchError,
  concat,
  defer,
  filter,
  ignoreElements,
  lastValueFrom,
  map,
  merge,
  of,
} from 'rxjs';
import { mergeMap, retry, switchMap, take, takeWhile, tap, timeout, toArray } from 'rxjs';

// The server: one line is one request. It answers `=value`, `-error`, or `*key` for each key and then `.`

function serve(store: Map<string, string>): Server {
  const watchers = new Map<Socket, Set<string>>();
  const answer = (socket: Socket, [verb, key = '', value = '']: readonly string[]): string => {
    switch (verb) {
      case 'GET':
        return store.has(key) ? `=${store.get(key)}\n` : '-no such key\n';
      case 'SET':
        store.set(key, value);
        for (const [watcher, keys] of watchers) if (keys.has(key)) watcher.write(`!${key} ${value}\n`);
        return '=\n';
      case 'KEYS':
        return [...store.keys()].map((each) => `*${each}\n`).join('') + '.\n';
      case 'WATCH':
        watchers.get(socket)!.add(key);
        return '=\n';
      case 'CRASH':
        socket.destroy();
        return '';
      default:
        return '-no such verb\n';
    }
  };
  return createServer((socket) => {
    let text = '';
    watchers.set(socket, new Set());
    socket.on('close', () => watchers.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      const lines = (text + bytes.toString()).split('\n');
      text = lines.pop()!;
      for (const line of lines) if (!socket.destroyed) socket.write(answer(socket, line.split(' ')));
    });
  });
}

// The client: the form of the protocol in one object, and an object of methods for each connection.

type Request = readonly [verb: string, key?: string, value?: string];

class NoSuchKey extends Error {}

const shelf = (endpoint: Endpoint) =>
  tcp(endpoint).pipe(
    multiplex({
      decode: splitLines(),
      encode: (request: Request) => Buffer.from(`${request.join(' ')}\n`),
      isEvent: (line) => line.startsWith('!'),
      isLast: (line) => !line.startsWith('*'),
      describe: ([operation, path]) => ({ operation, path, readOnly: operation === 'GET' || operation === 'KEYS' }),
    }),
    map(({ request, event$ }) => {
      const ask = (...words: Request) =>
        request(words).pipe(
          map((line) => {
            if (line.startsWith('-')) throw new NoSuchKey(`${words.join(' ')}: ${line.slice(1)}`);
            return line.slice(1);
          })
        );
      const changes = (key: string) =>
        event$.pipe(
          filter((line) => line.startsWith(`!${key} `)),
          map((line) => line.slice(key.length + 2))
        );
      return {
        get: (key: string) => ask('GET', key),
        set: (key: string, value: string) => ask('SET', key, value).pipe(ignoreElements()),
        keys: () =>
          ask('KEYS').pipe(
            filter((key) => key !== ''),
            toArray()
          ),
        crash: () => ask('CRASH'),
        /** The value now, and after each change. It listens before it asks, so it misses none. */
        watch: (key: string) => merge(changes(key), concat(ask('WATCH', key).pipe(ignoreElements()), ask('GET', key))),
      };
    })
  );

// The use of it.

const server = serve(new Map([['colour', 'red']]));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as { port: number };
const endpoint = { host: '127.0.0.1', port };

const say = <T>(what: string) => tap<T>((value) => console.log(what, value));
const shelf$ = shelf(endpoint).pipe(timeout({ first: 5000 }));

await lastValueFrom(
  shelf$.pipe(
    switchMap(({ get, set, keys }) =>
      concat(
        merge(get('colour').pipe(say('colour is')), set('size', 'small')), // both leave in one write
        keys().pipe(say('keys are')),
        get('weight').pipe(catchError((error: unknown) => of(String(error)).pipe(say('refused:'))))
      )
    ),
    take(3)
  )
);

// A change whose answer is lost may have happened. A read has not changed anything.
const effectOf = (error: unknown) =>
  isCoordinationError(error) ? `${error.operation}: effect ${error.effect}` : String(error);
const crashes = (attempt$: Observable<string>) => attempt$.pipe(catchError((error: unknown) => of(effectOf(error))));
await lastValueFrom(
  shelf$.pipe(
    switchMap(({ get, crash }) => merge(crashes(crash()), crashes(get('colour')))),
    retry(0),
    say('lost'),
    take(2)
  )
);

// Each connection watches anew. `retry` makes the next one.
let crashed = false;
await lastValueFrom(
  shelf$.pipe(
    switchMap((client) =>
      client.watch('colour').pipe(
        say('watched:'),
        mergeMap((value) =>
          concat(
            of(value),
            defer(() => {
              if (value === 'red') return client.set('colour', 'green');
              if (crashed) return client.set('colour', 'blue');
              crashed = true;
              return client.crash();
            })
          )
        )
      )
    ),
    retry({ delay: 10, count: 3 }),
    takeWhile((value) => value !== 'blue')
  )
);
server.close();
