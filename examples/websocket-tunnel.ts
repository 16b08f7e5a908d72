/**
 * A transport of one's own: the client reaches ZooKeeper through a WebSocket, as where only HTTP gets through. The
 * tunnel before the server is a few lines too. It cuts the line once: the watched value is stale, and true again.
 * Node 20 needs the flag `--experimental-websocket`; later versions do not.
 * Try: cut the line for longer than `sessionTimeout`, and see the ephemeral node go.
 */
import { createHash } from 'node:crypto';
import { type Server, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect as connectTo } from 'node:net';
import { Transform, pipeline } from 'node:stream';
import { ConnectError, ConnectionLostError, type Transport, connect, utf8 } from 'quorum-rx';
import { Observable, Subject, concatMap, filter, fromEvent, interval, lastValueFrom, map, merge } from 'rxjs';
import { switchMap, take, takeWhile, tap, timeout } from 'rxjs';

const [host = '127.0.0.1', port] = (process.env.QUORUM_SERVERS ?? '127.0.0.1:2181').split(/[:,/]/);
const NODE = '/examples/websocket-tunnel';

// The transport: a WebSocket as a stream of bytes. This part also runs in a browser.

/** While so many bytes wait in the socket, the client writes no more. */
const MOST_BUFFERED = 256 * 1024;

const overWebSocket =
  (url: string): Transport =>
  () =>
    new Observable((subscriber) => {
      const socket = new WebSocket(url);
      socket.binaryType = 'arraybuffer';
      const lost = () => new ConnectionLostError('the WebSocket was closed');
      const closed$ = fromEvent(socket, 'close').pipe(
        map((): never => {
          throw lost();
        })
      );
      const bytes$ = fromEvent(socket, 'message', ({ data }: MessageEvent) => new Uint8Array(data as ArrayBuffer));
      const isFull = () => socket.bufferedAmount > MOST_BUFFERED;
      const full$ = new Subject<void>();
      const drained$ = interval(20).pipe(
        filter(() => !isFull()),
        take(1),
        map(() => undefined)
      );
      socket.addEventListener('open', () =>
        subscriber.next({
          chunk$: merge(bytes$, closed$),
          drain$: full$.pipe(switchMap(() => drained$)),
          write(bytes) {
            socket.send(bytes); // it copies them, so the client may use the memory again
            if (isFull()) full$.next();
            return !isFull();
          },
          soon: queueMicrotask,
        })
      );
      socket.addEventListener('error', () => subscriber.error(new ConnectError(`no WebSocket at ${url}`)));
      return () => socket.close();
    });

// The tunnel: accepts WebSockets, and connects each to one server. Messages are pieces of the stream of bytes.

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const [BINARY, CLOSE] = [0x82, 8];
const LONGEST_HEAD = 14;

function tunnelTo(host: string, port: number, sockets: Set<Socket>): Server {
  const server = createServer((_, response) => void response.writeHead(426).end());
  server.on('upgrade', ({ headers }, socket: Socket) => {
    const key = createHash('sha1').update(`${headers['sec-websocket-key']}${MAGIC}`).digest('base64');
    const answer = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    socket.write([...answer, `Sec-WebSocket-Accept: ${key}`, '', ''].join('\r\n'));
    sockets.add(socket.on('close', () => sockets.delete(socket)));
    const done = () => {}; // the end of one side ends the other
    pipeline(socket, unwrapped(), connectTo(port, host), wrapped(), socket, done);
  });
  return server;
}

/** The contents of the messages of a browser, which are masked. */
function unwrapped(): Transform {
  let bytes = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= 2) {
        const short = bytes[1]! & 127;
        const start = (short < 126 ? 2 : short === 126 ? 4 : 10) + 4;
        if (bytes.length < start) break;
        const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
        if (bytes.length < start + size) break;
        const code = bytes[0]! & 15;
        if (code === CLOSE) return done(new Error('closed'));
        const mask = bytes.subarray(start - 4, start);
        if (code < CLOSE) this.push(bytes.subarray(start, start + size).map((byte, i) => byte ^ mask[i & 3]!));
        bytes = bytes.subarray(start + size);
      }
      done();
    },
  });
}

/** Messages with these contents. */
function wrapped(): Transform {
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const head = Buffer.alloc(LONGEST_HEAD - 4);
      head[0] = BINARY;
      head[1] = 127;
      head.writeBigUInt64BE(BigInt(chunk.length), 2);
      done(null, Buffer.concat([head, chunk]));
    },
  });
}

// The client of the package, through the tunnel.

const lines = new Set<Socket>();
const tunnel = tunnelTo(host, Number(port), lines);
await new Promise<void>((resolve) => tunnel.listen(0, '127.0.0.1', resolve));
const transport = overWebSocket(`ws://127.0.0.1:${(tunnel.address() as AddressInfo).port}/zookeeper`);

let cuts = 0;
const seen$ = connect('behind-the-tunnel', { transport }).pipe(
  switchMap((zk) =>
    zk
      .create(NODE, 'hello through the tunnel', { codec: utf8, mode: 'ephemeral', parents: true })
      .pipe(concatMap(() => zk.watch(NODE, { codec: utf8 })))
  ),
  filter((node) => node.kind === 'present'),
  tap(({ value, stale }) => {
    console.log(stale ? 'stale:' : 'true: ', value);
    if (stale || cuts++ > 0) return;
    console.log('the line is cut');
    for (const line of lines) line.destroy();
  }),
  takeWhile(({ stale }) => stale || cuts < 2),
  timeout(20_000)
);
await lastValueFrom(seen$, { defaultValue: undefined });
tunnel.close();
tunnel.closeAllConnections();
