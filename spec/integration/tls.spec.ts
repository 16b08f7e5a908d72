import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { firstValueFrom, filter, map } from 'rxjs';
import { type ConnectOptions, type CoordinationError, connect, open } from '../../lib/index.js';
import { type Certificates, makeCertificates } from '../helpers/certificates.js';
import type { RealServer } from '../helpers/realServer.js';
import { startZooKeeper } from '../helpers/zookeeperServer.js';
import { zookeeperVersion } from '../helpers/zookeeperUnderTest.js';

/** Why the first attempt to connect failed. */
function firstFailure(servers: string, options: ConnectOptions): Promise<CoordinationError> {
  return new Promise((resolve) => {
    const subscription = connect(servers, options).subscribe(
      (zk) =>
        void firstValueFrom(
          zk.diagnostics$.pipe(
            filter((it) => it.kind === 'link-lost'),
            map(({ error }) => error)
          )
        ).then((error) => {
          subscription.unsubscribe();
          resolve(error);
        })
    );
  });
}

describe('TLS with ZooKeeper', () => {
  let certificates: Certificates;
  let server: RealServer;
  beforeAll(async () => {
    certificates = await makeCertificates();
    server = await startZooKeeper({ tls: { ...certificates } });
  });
  afterAll(async () => {
    await server?.stop();
    certificates?.[Symbol.dispose]();
  });
  const trusting = () => ({
    ca: certificates.ca.certificate,
    cert: certificates.client.certificate,
    key: certificates.client.key,
  });

  it('shows a certificate, which is its identity for the server; four-letter words go the same way', async () => {
    await using zk = await open(`localhost:${server.securePort}`, { tls: trusting() });
    await firstValueFrom(zk.create('/tls', Buffer.from('secret')));
    expect(String((await firstValueFrom(zk.get('/tls'))).value)).toBe('secret');
    expect(await firstValueFrom(zk.whoAmI())).toContainEqual({ scheme: 'x509', user: 'CN=client' });
    expect(await firstValueFrom(zk.command('srvr'))).toContain(`Zookeeper version: ${zookeeperVersion}`);
  });

  it('reads its options anew for every connection', async () => {
    let asked = 0;
    await using zk = await open(`localhost:${server.securePort}`, { tls: () => (asked++, trusting()) });
    expect(asked).toBeGreaterThanOrEqual(1);
    await firstValueFrom(zk.sync());
  });

  it.each(['rogueCa'] as const)('sends nothing to a server whose authority it does not trust (%s)', async (name) => {
    const error = await firstFailure(`localhost:${server.securePort}`, {
      tls: { ...trusting(), ca: certificates[name].certificate },
    });
    expect(error).toMatchObject({ layer: 'transport', code: 'CONNECT_FAILED', effect: 'none' });
  });

  it('is refused without a certificate, and without TLS, with a typed error', async () => {
    const bare = await firstFailure(`localhost:${server.securePort}`, { tls: { ca: certificates.ca.certificate } });
    expect(['transport', 'protocol']).toContain(bare.layer);
    const plain = await firstFailure(`localhost:${server.securePort}`, { connectTimeout: 1000 });
    expect(['transport', 'protocol']).toContain(plain.layer);
  });

  it.each(['expired', 'wrongHost', 'selfSigned'] as const)(
    'refuses a server that shows the certificate "%s"',
    async (certificate) => {
      await using other = await startZooKeeper({ tls: { ...certificates, certificate } });
      const error = await firstFailure(`localhost:${other.securePort}`, { tls: trusting() });
      expect(error).toMatchObject({ layer: 'transport', code: 'CONNECT_FAILED', effect: 'none' });
    }
  );
});
