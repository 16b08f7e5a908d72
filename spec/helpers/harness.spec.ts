import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NEVER, of, throwError } from 'rxjs';
import { type CertificateName, type Certificates, makeCertificates } from './certificates.js';
import { guarded } from './guardedProcess.js';
import type { RealServer } from './realServer.js';
import { waitFor, waitForValue } from './waitFor.js';
import { type Ensemble, startEnsemble } from './zookeeperEnsemble.js';
import { startZooKeeper } from './zookeeperServer.js';

describe('a process under guard', () => {
  it('dies with the process that started it, and its folder goes', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'guarded-'));
    const parent = node(`
      const child = child_process.spawn('/bin/sh', ${JSON.stringify(guarded(directory, ['sleep', '60']))}, {
        stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      });
      child.on('spawn', () => console.log(child.pid));`);
    const [pid] = (await once(parent.stdout ?? parent, 'data')) as [Buffer];
    expect(alive(Number(pid))).toBe(true);
    parent.kill('SIGKILL');
    await waitFor(() => !existsSync(directory));
    expect(alive(Number(pid))).toBe(false);
  });

  function node(script: string): ChildProcess {
    return spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  }
});

describe('waiting', () => {
  it('gives what it waited for', async () => {
    const answers = [undefined, new Error('not yet'), 0, 'here'];
    const probe = () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    };
    expect(await waitFor(probe, { interval: 1 })).toBe('here');
    expect(await waitForValue(of(1, 2, 3), (n) => n > 1)).toBe(2);
  });

  it('says what did not come', async () => {
    const options = { timeout: 20, interval: 1, what: 'the end' };
    await expect(waitFor(() => false, options)).rejects.toThrow('the end: not after 20 ms');
    await expect(waitForValue(NEVER, undefined, options)).rejects.toThrow('the end: not after 20 ms');
    await expect(waitForValue(of(1), (n) => n > 1)).rejects.toThrow('no elements');
    await expect(waitForValue(throwError(() => new Error('broken')))).rejects.toThrow('broken');
  });
});

describe('a real ZooKeeper 3.8.0, alone', () => {
  let server: RealServer;

  beforeAll(async () => {
    server = await startZooKeeper({ maxSessionTimeout: 30_000, config: { maxClientCnxns: '7' }, env: { LANG: 'C' } });
  });
  afterAll(() => server.stop());

  it('answers, configured as told', async () => {
    expect(await server.command('srvr')).toMatch(/^Zookeeper version: 3\.8\.0/);
    expect(await server.mode()).toBe('standalone');
    const config = await server.command('conf');
    for (const line of ['tickTime=500', 'minSessionTimeout=1000', 'maxSessionTimeout=30000', 'maxClientCnxns=7']) {
      expect(config).toContain(`${line}\n`);
    }
  });

  it('restarts as the same server, with its data', async () => {
    const { pid, port } = server;
    await server.restart();
    expect(server.pid).not.toBe(pid);
    expect(server.port).toBe(port);
    expect(await server.mode()).toBe('standalone');
    expect(server.log()).toMatch(/Reading snapshot/);
  });

  it('freezes and thaws', async () => {
    server.freeze();
    await expect(server.command('ruok', 200)).rejects.toThrow('no answer');
    server.thaw();
    expect(await server.command('ruok')).toBe('imok');
  });

  it('loses its data only when it does not run', async () => {
    expect(() => server.wipe()).toThrow('is running');
    await server.kill();
    expect(server.running).toBe(false);
    server.wipe();
    expect(existsSync(`${server.directory}/data/version-2`)).toBe(false);
    await server.start();
    expect(await server.mode()).toBe('standalone');
  });

  it('stops, even when frozen, and leaves nothing', async () => {
    const other = await startZooKeeper();
    other.freeze();
    await other.stop();
    expect(existsSync(other.directory)).toBe(false);
    expect(alive(other.pid)).toBe(false);
  });

  it('says why it could not start', async () => {
    await expect(startZooKeeper({ config: { tickTime: 'soon' } })).rejects.toThrow('NumberFormatException');
  });
});

describe('a real ZooKeeper 3.8.0 with TLS', () => {
  let certificates: Certificates;
  let server: RealServer;

  beforeAll(async () => {
    certificates = await makeCertificates();
    server = await startZooKeeper({ tls: certificates });
  });
  afterAll(async () => {
    await server.stop();
    certificates[Symbol.dispose]();
  });

  it('talks to whom its authority has certified', async () => {
    expect(await server.command('ruok')).toBe('imok');
    expect(await ask('client')).toBe('imok');
  });

  it.each(['rogue', 'expired', 'selfSigned'] as const)('does not talk to a client that is %s', async (name) => {
    await expect(ask(name)).rejects.toThrow(/alert|ECONNRESET|EPIPE/);
  });

  it.each([
    ['expired', 'CERT_HAS_EXPIRED'],
    ['wrongHost', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['rogue', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ] as const)('shows what it is told to: %s', async (certificate, code) => {
    await using other = await startZooKeeper({ tls: { ...certificates, certificate, clientAuth: 'none' } });
    await expect(ask('client', other)).rejects.toMatchObject({ code });
  });

  function ask(name: CertificateName, { securePort: port, host } = server): Promise<string> {
    const {
      ca,
      [name]: { certificate, key },
    } = certificates;
    const options = { host, port: port ?? 0, ca: ca.certificate, cert: certificate, key };
    const socket = connect(options, () => socket.write('ruok'));
    return text(socket);
  }
});

describe('an ensemble of real ZooKeepers 3.8.0', () => {
  let ensemble: Ensemble;

  beforeAll(async () => {
    ensemble = await startEnsemble(3);
  });
  afterAll(() => ensemble.stop());

  it('has a leader and followers', async () => {
    const indices = [await ensemble.leader(), ...(await ensemble.followers())];
    expect(indices.sort()).toEqual([0, 1, 2]);
    expect(ensemble.connectString.split(',')).toHaveLength(3);
  });

  it('survives the death of its leader, who comes back as a follower', async () => {
    const old = await ensemble.leader();
    await ensemble.servers[old]?.kill();
    await ensemble.waitForQuorum();
    expect(await ensemble.leader()).not.toBe(old);
    await ensemble.servers[old]?.start();
    await waitFor(async () => (await ensemble.followers()).length === 2);
  });

  it('serves reads only, without a quorum', async () => {
    const leader = await ensemble.leader();
    const [other, last] = (await ensemble.followers()).map((index) => ensemble.servers[index]);
    await Promise.all([ensemble.servers[leader]?.kill(), other?.kill()]);
    await waitFor(async () => (await last?.mode()) === 'read-only');
    await other?.start();
    await ensemble.waitForQuorum();
  });

  it('takes one more', async () => {
    const server = await ensemble.add('participant');
    expect(await server.mode()).toBe('follower');
    expect(ensemble.member(3)).toContain(`server.4=127.0.0.1:`);
    expect(ensemble.member(3)).toContain(`:participant;${server.connectString}`);
  });
});

/** A zombie, which nobody may care to reap, is dead. */
function alive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) Z/.test(readFileSync(stat, 'utf8'));
}
