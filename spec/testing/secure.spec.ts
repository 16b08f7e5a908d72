import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { type ConnectOptions, type ZooKeeper, connect, digestMd5, open } from '../../lib/index.js';
import { type EmbeddedZooKeeper, type ZooKeeperServerOptions, startZooKeeper } from '../../lib/testing/index.js';
import { type Certificates, makeCertificates } from '../helpers/certificates.js';

const one = firstValueFrom;
const started: AsyncDisposable[] = [];
afterEach(async () => {
  for (const it of started.splice(0).reverse()) await it[Symbol.asyncDispose]();
});

async function pair(
  server: ZooKeeperServerOptions,
  client: ConnectOptions,
  host = '127.0.0.1'
): Promise<[EmbeddedZooKeeper, ZooKeeper]> {
  const it = await startZooKeeper(server);
  started.push(it);
  const zk = await open(`${host}:${it.port}`, client);
  started.push(zk);
  return [it, zk];
}

describe('the embedded server, with TLS', () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await makeCertificates();
  });
  afterAll(() => certificates[Symbol.dispose]());

  it('takes a certificate for who a client is, in ACLs too', async () => {
    const { ca, client, server } = certificates;
    const tls = {
      key: server.key,
      cert: server.certificate,
      ca: ca.certificate,
      requestCert: true,
      rejectUnauthorized: false,
    };
    const [it, zk] = await pair(
      { tls },
      { tls: { ca: ca.certificate, cert: client.certificate, key: client.key } },
      'localhost'
    );
    expect(await one(zk.whoAmI())).toContainEqual({ scheme: 'x509', user: 'CN=client' });
    await one(zk.create('/mine', Buffer.from('x'), { acl: [{ permissions: 31, scheme: 'x509', id: 'CN=client' }] }));
    expect((await one(zk.get('/mine'))).stat.dataLength).toBe(1);
    const stranger = await open(`localhost:${it.port}`, { tls: { ca: ca.certificate } });
    started.push(stranger);
    await expect(one(stranger.get('/mine'))).rejects.toMatchObject({ code: 'NO_AUTH' });
  });
});

describe('the embedded server, with SASL', () => {
  const users = { bob: 'secret', super: 'all' };

  it('lets those in who know their password', async () => {
    const [, zk] = await pair(
      { users, requireSasl: true },
      { sasl: digestMd5({ username: 'bob', password: 'secret' }) }
    );
    await one(zk.create('/mine', null, { acl: [{ permissions: 31, scheme: 'sasl', id: 'bob' }] }));
    expect(await one(zk.whoAmI())).toContainEqual({ scheme: 'sasl', user: 'bob' });
  });

  it('refuses a wrong password, and those who do not log in where they must', async () => {
    const it = await startZooKeeper({ users, requireSasl: true });
    started.push(it);
    const wrong = open(it.connectString, { sasl: digestMd5({ username: 'bob', password: 'guess' }) });
    await expect(wrong).rejects.toMatchObject({ code: 'AUTH_FAILED' });
    const silent = await open(it.connectString);
    await expect(one(silent.create('/a'))).rejects.toMatchObject({ code: 'AUTH_FAILED' });
    await silent.close();
  });

  it('lets `super` do everything', async () => {
    const [, zk] = await pair({ users }, { sasl: digestMd5({ username: 'super', password: 'all' }) });
    await one(zk.create('/theirs', null, { acl: [{ permissions: 31, scheme: 'sasl', id: 'bob' }] }));
    await one(zk.get('/theirs'));
  });
});

describe('an identity that is refused', () => {
  it.each(['before', 'after'])(
    'fails addAuth and ends the client, when it was given %s the first connection',
    async (when) => {
      const it = await startZooKeeper();
      started.push(it);
      let failure: unknown;
      const end = new Promise((ended) => {
        connect(it.connectString).subscribe({
          next: (zk) => {
            const add = () =>
              zk
                .addAuth('no-such-scheme', Buffer.from('x'))
                .subscribe({ error: (error: unknown) => (failure = error) });
            if (when === 'before') add();
            else zk.sync().subscribe(add);
          },
          error: ended,
        });
      });
      expect(await end).toMatchObject({ code: 'AUTH_FAILED' });
      expect(failure).toMatchObject({ code: 'AUTH_FAILED' });
    }
  );
});
