import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { qrx } from '../../../lib/cli/qrx.js';
import { digestAcl, open, utf8 } from '../../../lib/index.js';
import { startEtcd, startZooKeeper } from '../../../lib/testing/index.js';
import { type Certificates, makeCertificates } from '../../helpers/certificates.js';
import { TestTerminal } from '../../helpers/testTerminal.js';

const SECRET = 'hunter2';
const folder = mkdtempSync(join(tmpdir(), 'qrx-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command of `qrx` in an environment of its own. */
async function ran(env: Record<string, string>, ...args: readonly string[]) {
  const terminal = new TestTerminal();
  Object.assign(terminal.env, env);
  const code = await qrx(args, terminal);
  return { code, lines: terminal.lines, notes: terminal.notes, questions: terminal.questions };
}

function configOf(profiles: object): string {
  const file = join(folder, `${Math.random()}.json`);
  writeFileSync(file, JSON.stringify(profiles), { mode: 0o600 });
  return file;
}

describe('the user of qrx', () => {
  it('is an identity of ZooKeeper, with a password from a variable, a file, a profile or a question', async () => {
    await using server = await startZooKeeper();
    const url = `zk://${server.connectString}`;
    await using zk = await open(server.connectString);
    await firstValueFrom(zk.create('/mine', 'red', { codec: utf8, acl: [digestAcl('ann', SECRET)] }));
    const red = { code: 0, lines: ['red'], notes: [] };
    expect(await ran({}, 'get', url, '/mine')).toMatchObject({
      ...{ code: 3, lines: [] },
      notes: [expect.stringContaining('qrx acl /mine')],
    });
    expect(await ran({ QRX_PASSWORD: SECRET }, 'get', url, '/mine', '--user', 'ann')).toMatchObject(red);
    expect(await ran({ QRX_PASSWORD: SECRET, QRX_USER: 'ann' }, 'get', url, '/mine')).toMatchObject(red);
    const file = join(folder, 'password');
    writeFileSync(file, `${SECRET}\n`);
    expect(await ran({ QRX_USER: 'ann' }, 'get', url, '/mine', '--password-file', file)).toMatchObject(red);
    const QRX_CONFIG = configOf({ ours: { url, user: 'ann', password: SECRET } });
    expect(await ran({ QRX_CONFIG }, 'get', '@ours', '/mine')).toMatchObject(red);
    expect(await ran({ QRX_CONFIG, QRX_URL: '@ours' }, 'get', '/mine')).toMatchObject(red);
    const terminal = new TestTerminal();
    terminal.answer = SECRET;
    expect(await qrx(['get', url, '/mine', '--user', 'ann'], terminal)).toBe(0);
    expect([terminal.lines, terminal.questions]).toEqual([['red'], ['password of ann: ']]);
  });

  it('is one of SASL', async () => {
    await using server = await startZooKeeper({ users: { ann: SECRET }, requireSasl: true });
    const args = ['ls', `zk://${server.connectString}`, '--sasl', 'digest-md5', '--timeout', '3000'];
    expect(await ran({ QRX_PASSWORD: SECRET }, ...args, '--user', 'ann')).toMatchObject({ code: 0 });
    expect(await ran({ QRX_PASSWORD: 'wrong' }, ...args, '--user', 'ann')).toMatchObject({ code: 4 });
    expect(await ran({}, ...args)).toMatchObject({ code: 2, notes: [expect.stringContaining('--user')] });
    expect(await ran({}, ...args, '--sasl', 'gssapi')).toMatchObject({
      code: 2,
      notes: [expect.stringContaining('npm install -g kerberos')],
    });
  });

  it('is one of etcd', async () => {
    await using server = await startEtcd({ rootPassword: SECRET });
    const url = `etcd://${server.endpoints.join()}`;
    expect(await ran({ QRX_PASSWORD: SECRET }, 'create', url, '/a', 'x', '--user', 'root')).toMatchObject({ code: 0 });
    expect((await ran({ QRX_PASSWORD: SECRET, QRX_USER: 'root' }, 'get', url, '/a')).lines).toEqual(['x']);
    expect((await ran({}, 'get', url, '/a')).code).toBe(3);
  });
});

describe('a secret', () => {
  it.each([
    ['a URL', ['ls', `zk://ann:${SECRET}@127.0.0.1:1`]],
    ['an option', ['ls', 'zk://127.0.0.1:1', '--password', SECRET]],
    ['an option with a sign', ['ls', 'zk://127.0.0.1:1', `--password=${SECRET}`]],
    ['a name', ['ls', 'zk://127.0.0.1:1', '--user', `ann:${SECRET}`]],
  ])('is refused in %s, and not shown', async (_, args) => {
    const { code, notes } = await ran({}, ...args);
    expect(code).toBe(2);
    expect(notes).toEqual([expect.stringContaining('QRX_PASSWORD')]);
    expect(notes.join()).not.toContain(SECRET);
  });

  it('that is missing is asked for by name', async () => {
    const { code, notes, questions } = await ran({}, 'ls', 'zk://127.0.0.1:1', '--user', 'ann');
    expect([code, questions]).toEqual([2, ['password of ann: ']]);
    expect(notes).toEqual([expect.stringMatching(/of ann is missing: set QRX_PASSWORD/)]);
  });

  it('in a file that others may read is warned of', async () => {
    const QRX_CONFIG = configOf({ ours: { url: 'zk://127.0.0.1:1', user: 'ann', password: SECRET } });
    chmodSync(QRX_CONFIG, 0o644);
    const { notes } = await ran({ QRX_CONFIG }, 'ls', '@ours', '--timeout', '100');
    expect(notes[0]).toContain(`chmod 600 ${QRX_CONFIG}`);
    expect(notes.join()).not.toContain(SECRET);
  });
});

describe('a profile', () => {
  it('is a store with a place, and one more may follow', async () => {
    await using server = await startZooKeeper();
    const url = `zk://${server.connectString}/app`;
    const QRX_CONFIG = configOf({ ours: { url, sessionTimeout: 5000 }, default: { url } });
    await ran({}, 'create', `zk://${server.connectString}`, '/app/a/b', 'red', '-p');
    expect((await ran({ QRX_CONFIG }, 'get', '@ours', '/a/b')).lines).toEqual(['red']);
    expect((await ran({ QRX_CONFIG }, 'get', '@ours/a/b')).lines).toEqual(['red']);
    expect((await ran({ QRX_CONFIG }, 'get', '@ours/a', 'b')).lines).toEqual(['red']);
    expect((await ran({ QRX_CONFIG }, 'get', '/a/b')).lines).toEqual(['red']);
    expect((await ran({ QRX_CONFIG }, 'cp', '@ours/a', '/c')).lines).toEqual(['2 created']);
  });

  it.each([
    ['no JSON', `{"ours": "${SECRET}`, /is no JSON/],
    ['an unknown key', '{"ours":{"url":"zk://h","pasword":"hunter2"}}', /pasword: is not known/],
    ['no URL', '{"ours":{"user":"ann"}}', /ours\.url/],
    ['another name', '{"other":{"url":"zk://h"}}', /@ours.*there is other/],
  ])('is refused with %s', async (_, content, message) => {
    const QRX_CONFIG = join(folder, 'bad.json');
    writeFileSync(QRX_CONFIG, content, { mode: 0o600 });
    const { code, notes } = await ran({ QRX_CONFIG }, 'ls', '@ours');
    expect([code, notes]).toEqual([2, [expect.stringMatching(message)]]);
    expect(notes.join()).not.toContain(SECRET);
  });
});

describe('TLS of qrx', () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await makeCertificates();
  });
  afterAll(() => certificates[Symbol.dispose]());

  it('trusts the authorities that it is given, and shows its certificate', async () => {
    const { ca, server: own, client, wrongHost } = certificates;
    const tls = {
      ca: ca.certificate,
      cert: own.certificate,
      key: own.key,
      requestCert: true,
      rejectUnauthorized: true,
    };
    await using zooKeeper = await startZooKeeper({ tls });
    await using etcd = await startEtcd({ tls: { cert: own.certificate, key: own.key } });
    const mine = ['--ca', ca.certificatePath, '--cert', client.certificatePath, '--key', client.keyPath];
    expect((await ran({}, 'ls', `zk://${zooKeeper.connectString}`, ...mine)).lines).toEqual(['zookeeper']);
    expect((await ran({ QRX_CA: ca.certificatePath }, 'ls', `etcd://${etcd.endpoints.join()}`)).code).toBe(0);
    const quick = ['--timeout', '1000'];
    expect((await ran({}, 'ls', `etcd://${etcd.endpoints.join()}`, '--tls', ...quick)).code).toBe(4);
    await using elsewhere = await startEtcd({ tls: { cert: wrongHost.certificate, key: wrongHost.key } });
    const url = `etcd://${elsewhere.endpoints.join()}`;
    expect((await ran({}, 'ls', url, '--ca', ca.certificatePath, ...quick)).code).toBe(4);
    expect((await ran({}, 'ls', url, '--ca', ca.certificatePath, '--any-host')).code).toBe(0);
  });

  it('names the file that it cannot read', async () => {
    const { code, notes } = await ran({}, 'ls', 'zk://127.0.0.1:1', '--ca', '/no/such.pem');
    expect([code, notes]).toEqual([2, [expect.stringMatching(/--ca: cannot be read.*no\/such\.pem/)]]);
  });
});

it('settings of one store are refused for another', async () => {
  const arakoon = 'arakoon://c?a=127.0.0.1:1';
  expect((await ran({}, 'ls', arakoon, '--user', 'ann')).notes).toEqual([expect.stringContaining('no users')]);
  expect((await ran({}, 'ls', arakoon, '--sasl', 'gssapi')).notes).toEqual([expect.stringContaining('ZooKeeper')]);
});
