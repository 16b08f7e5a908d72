/**
 * Speaks enough ZooKeeper to connect, read and watch, with operators alone: bytes from `tcp`, frames from `deframe`,
 * replies and events from `multiplex`. The client of the package changes the node, so that there is something to see.
 * Try: watch a node that does not exist, and see the code -101 (no node) in the error.
 */
import { type Endpoint, open, tcp, utf8 } from 'quorum-rx';
import { deframe, multiplex } from 'quorum-rx/operators';
import { EMPTY, type Observable, concatMap, defer, filter, ignoreElements, map, merge, mergeMap, of } from 'rxjs';
import { lastValueFrom, repeat, switchMap, take, takeWhile, tap, throwError, timeout, timer } from 'rxjs';

const [host = '127.0.0.1', port] = (process.env.QUORUM_SERVERS ?? '127.0.0.1:2181').split(/[:,/]/);
const NODE = '/examples/from-bytes';

// Bytes out: the length of a frame, then its fields.

const int = (value: number) => Buffer.from([value >> 24, value >> 16, value >> 8, value]);
const text = (value: string) => Buffer.concat([int(Buffer.byteLength(value)), Buffer.from(value)]);
const frame = (...fields: readonly Uint8Array[]) => {
  const body = Buffer.concat(fields);
  return Buffer.concat([int(body.length), body]);
};
const hello = frame(int(0), Buffer.alloc(8), int(10_000), Buffer.alloc(8), int(16), Buffer.alloc(16));
const ping = frame(int(-2), int(11));
const getData = ({ path, watch }: Get, xid: number) =>
  frame(int(xid), int(4), text(path), Buffer.from([Number(watch)]));

// Bytes in: the first frame answers the hello. All others have an xid: that of a request, or -1 (event), or -2 (ping).

interface Get {
  readonly path: string;
  readonly watch: boolean;
}
type Reply = { readonly kind: 'reply'; readonly xid: number; readonly code: number; readonly body: Buffer };
type Event =
  | { readonly kind: 'welcome'; readonly timeout: number; readonly session: bigint }
  | { readonly kind: 'changed'; readonly path: string }
  | { readonly kind: 'pong' };

const stringAt = (bytes: Buffer, at: number) => bytes.toString('utf8', at + 4, at + 4 + bytes.readInt32BE(at));

function messageOf({ buffer, byteOffset, length }: Uint8Array, isFirst: boolean): Reply | Event {
  const bytes = Buffer.from(buffer, byteOffset, length);
  if (isFirst) return { kind: 'welcome', timeout: bytes.readInt32BE(4), session: bytes.readBigUInt64BE(8) };
  const xid = bytes.readInt32BE(0);
  if (xid === -2) return { kind: 'pong' };
  if (xid === -1) return { kind: 'changed', path: stringAt(bytes, 24) };
  return { kind: 'reply', xid, code: bytes.readInt32BE(12), body: bytes.subarray(16) };
}

const decode = (chunk$: Observable<Uint8Array>) =>
  defer(() => {
    let count = 0;
    return chunk$.pipe(
      deframe(),
      map((frames) => frames.map((bytes) => messageOf(bytes, count++ === 0)))
    );
  });

// A session, for as long as it is subscribed to.

interface SmallZooKeeper {
  readonly session: string;
  get(path: string, watch?: boolean): Observable<string>;
  watch(path: string): Observable<string>;
}

const connect = (endpoint: Endpoint): Observable<SmallZooKeeper> =>
  tcp(endpoint).pipe(
    multiplex({
      decode,
      encode: getData,
      isEvent: (message): message is Event => message.kind !== 'reply',
      idOf: ({ xid }) => xid,
      describe: ({ path }) => ({ operation: 'get', path, readOnly: true }),
    }),
    switchMap(({ request, event$, send }) => {
      const get = (path: string, watch = false) =>
        request({ path, watch }).pipe(
          map(({ code, body }) => {
            if (code !== 0) throw new Error(`get ${path}: the server says ${code}`);
            return stringAt(body, 0); // a copy: the memory of the chunk is used again
          })
        );
      // The read sets the watch, and it fires once. So the read after it misses nothing.
      const changed = (path: string) => event$.pipe(filter((event) => event.kind === 'changed' && event.path === path));
      const watch = (path: string) => merge(changed(path), of('now')).pipe(concatMap(() => get(path, true)));
      const welcomed$ = event$.pipe(
        take(1),
        mergeMap((event) => {
          if (event.kind !== 'welcome' || event.timeout === 0) return throwError(() => new Error('no session'));
          const pings$ = timer(event.timeout / 3).pipe(
            tap(() => send(ping)),
            ignoreElements(),
            repeat()
          );
          return merge(of({ session: event.session.toString(16), get, watch }), pings$);
        })
      );
      const greeting$ = defer(() => (send(hello), EMPTY));
      return merge(welcomed$, greeting$);
    })
  );

// The session reads and watches; the client of the package writes.

await using zk = await open(`${host}:${port}`);
await lastValueFrom(zk.createOrSet(NODE, 'one', { codec: utf8, parents: true }));
const seen$ = connect({ host, port: Number(port) }).pipe(
  tap(({ session }) => console.log(`session 0x${session}`)),
  switchMap(({ watch }) => watch(NODE)),
  tap((value) => console.log(`${NODE} is ${value}`)),
  concatMap((value) => {
    const next = { one: 'two', two: 'three' }[value];
    return next === undefined ? of(value) : zk.set(NODE, next, { codec: utf8 }).pipe(map(() => value));
  }),
  takeWhile((value) => value !== 'three'),
  timeout(20_000)
);
await lastValueFrom(seen$);
await lastValueFrom(zk.delete(NODE));
