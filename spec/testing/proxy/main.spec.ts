import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ROOT } from '../../helpers/project.js';
import { compileProgram } from './compileProgram.js';
import { dial } from './dial.js';
import { type EchoServer, startEchoServer } from './echoServer.js';

describe.each(['esm', 'cjs'] as const)('the program of the proxy, as %s', (kind) => {
  let folder: string;
  let program: string;
  let server: EchoServer;
  let target: string;
  let child: ChildProcess | undefined;

  beforeAll(() => {
    mkdirSync(join(ROOT, '.cache'), { recursive: true });
    folder = mkdtempSync(join(ROOT, '.cache/proxy-')); // within the project, so that RxJS is found
    program = compileProgram('testing/proxy/main.ts', kind, folder);
  });

  beforeEach(async () => {
    server = await startEchoServer();
    target = `${server.host}:${server.port}`;
  });

  afterEach(() => {
    child?.kill('SIGKILL');
    server.stop();
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('says where it listens, where it leads to and its seed, cuts on SIGUSR1, and stops on SIGTERM', async () => {
    const { line, address, ended } = await start(
      '--latency',
      '20',
      '--jitter',
      '2',
      '--bandwidth',
      '100000',
      '--pieces',
      '1',
      '--seed',
      '7'
    );
    expect(line).toBe(`proxy 127.0.0.1:${address.port} -> ${target} seed 7`);
    const clients = [await dial(address), await dial(address)];
    const sent = performance.now();
    await Promise.all(clients.map((client) => client.says('hello')));
    // latency, less jitter, there and back; timers may be early by one
    expect(performance.now() - sent).toBeGreaterThan(35);
    child?.kill('SIGUSR1');
    await Promise.all(clients.map((client) => client.closed));
    expect(clients.map(({ error }) => error)).toEqual(['ECONNRESET', 'ECONNRESET']);
    const other = await dial(address);
    await other.says('again');
    child?.kill('SIGTERM');
    await other.closed;
    expect(await ended).toEqual([0, null]);
  });

  it('ends with 2 when it is not used as it should be', async () => {
    const own = (child = spawn(process.execPath, [program, '--target', 'nowhere'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    }));
    const [end, out, err] = await Promise.all([once(own, 'exit'), text(own.stdout), text(own.stderr)]);
    expect([end, out]).toEqual([[2, null], '']);
    expect(err).toContain('usage: ');
  });

  it('listens where it is told to, and stops on SIGINT', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    free.close();
    await once(free, 'close');
    const { line, ended } = await start('--host', '127.0.0.1', '--port', String(port));
    expect(line).toMatch(new RegExp(`^proxy 127.0.0.1:${port} -> ${target} seed \\d+$`));
    child?.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
  });

  it('cuts again and again', async () => {
    const { address } = await start('--cut-every', '30');
    for (let i = 0; i < 3; i++) {
      // cut before it knew that it was connected
      const client = await dial(address).catch((error: NodeJS.ErrnoException) => error.code);
      if (typeof client === 'object') await client.closed;
      expect(typeof client === 'object' ? client.error : client).toBe('ECONNRESET');
    }
  });

  it('stalls one direction, and not the other', async () => {
    const heard: string[] = [];
    server.respond = (socket) => socket.on('data', (bytes) => heard.push(String(bytes)) && socket.write('answer'));
    const { address } = await start('--stall', 'toClient:0:60000', '--stall', 'toServer:0:1');
    const client = await dial(address);
    for (const word of ['one', 'two', 'three']) {
      client.socket.write(word);
      while (heard.at(-1) !== word) await new Promise(setImmediate);
    }
    child?.kill('SIGTERM');
    await client.closed;
    expect(client.text).toBe('');
  });

  it('stalls for a while', async () => {
    const { address } = await start('--stall', 'both:0:100');
    await (await dial(address)).says('hello');
  });

  /** A proxy that has said its line. */
  async function start(...args: string[]) {
    const own = (child = spawn(process.execPath, [program, '--target', target, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }));
    const ended = once(own, 'exit');
    const [line] = (await once(createInterface(own.stdout), 'line')) as [string];
    return { line, ended, address: { host: '127.0.0.1', port: Number(/^proxy \S+:(\d+) /.exec(line)?.[1]) } };
  }
});
