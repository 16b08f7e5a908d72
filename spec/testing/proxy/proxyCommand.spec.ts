import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { proxyCommand } from '../../../lib/testing/proxy/proxyCommand.js';
import { startEchoServer } from './echoServer.js';

describe('the command line of the proxy', () => {
  let out: string;
  let err: string;

  beforeEach(() => {
    [out, err] = ['', ''];
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => (out += String(text)) !== '');
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => (err += String(text)) !== '');
  });

  afterEach(() => void jest.restoreAllMocks());

  it.each<readonly [string, readonly string[]]>([
    ['--target: is missing', []],
    ['options.target', ['--target', 'nowhere']],
    ['options.port', ['--target', 'zk:1', '--port', '']],
    ['options.host', ['--target', 'zk:1', '--host', '']],
    ['options.latency', ['--target', 'zk:1', '--latency', 'long']],
    ['options.jitter', ['--target', 'zk:1', '--jitter', '0.5']],
    ['options.bandwidth', ['--target', 'zk:1', '--bandwidth=-1']],
    ['options.pieces', ['--target', 'zk:1', '--pieces', 'few']],
    ['options.seed', ['--target', 'zk:1', '--seed', '4294967296']],
    ['--cut-every', ['--target', 'zk:1', '--cut-every', '0']],
    ['--stall', ['--target', 'zk:1', '--stall', 'toClient:5']],
    ['--stall', ['--target', 'zk:1', '--stall', 'toClient:5:5:5']],
    ['--stall', ['--target', 'zk:1', '--stall', 'up:5:5']],
    ['--stall', ['--target', 'zk:1', '--stall', 'both::5']],
    ["Unknown option '--latnecy'", ['--target', 'zk:1', '--latnecy', '5']],
    ['Unexpected argument', ['zk:1']],
  ])('says what is wrong, and how it is used: %s', async (reason, args) => {
    expect([await proxyCommand(args), out]).toEqual([2, '']);
    expect(err).toContain(reason);
    expect(err).toContain('usage: npm run -s proxy -- --target <host:port>');
  });

  it('says how it is used when asked to', async () => {
    expect([await proxyCommand(['--help']), err]).toEqual([0, '']);
    expect(out).toContain('--cut-every <ms>');
  });

  it('says so when its port is taken', async () => {
    const server = await startEchoServer();
    expect([await proxyCommand(['--target', 'zk:1', '--port', String(server.port)]), out]).toEqual([1, '']);
    expect(err).toContain(`cannot listen on 127.0.0.1:${server.port}`);
    server.stop();
  });
});
