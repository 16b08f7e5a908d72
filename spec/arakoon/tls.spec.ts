import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { catchError, concatMap, firstValueFrom, map, of } from 'rxjs';
import { type ConnectOptions, connect, fromIni, open } from '../../lib/arakoon/index.js';
import type { CoordinationError } from '../../lib/core/errors.js';
import { type ArakoonServerOptions, type EmbeddedArakoon, startArakoon } from '../../lib/testing/index.js';
import { type Certificates, makeCertificates } from '../helpers/certificates.js';

let certificates: Certificates;
let server: EmbeddedArakoon;
beforeAll(async () => {
  certificates = await makeCertificates();
});
afterEach(() => server.stop());
afterAll(() => certificates[Symbol.dispose]());

/** A server that wants a certificate of its clients, and the configuration that says so. */
async function start(options: ArakoonServerOptions = {}): Promise<string> {
  const { ca, client, server: own } = certificates;
  server = await startArakoon({
    id: 'ricky',
    entries: { k: 'v' },
    tls: { key: own.key, cert: own.certificate, ca: ca.certificate, requestCert: true, rejectUnauthorized: true },
    ...options,
  });
  const port = server.cluster.nodes['arakoon_0']![0]!.split(':').at(-1);
  return `[global]
cluster = arakoon_0
cluster_id = ricky
tls_ca_cert = ${ca.certificatePath}
tls_version = 1.2
tls_cert = ${client.certificatePath}
tls_key = ${client.keyPath}
[arakoon_0]
ip = 127.0.0.1
client_port = ${port}
`;
}

/** Whether a request is answered, or else how it ends. */
function asked(text: string, options: ConnectOptions): Promise<string> {
  const answer$ = connect(fromIni(text), { timeout: 600, ...options }).pipe(
    concatMap((arakoon) => arakoon.get('k')),
    map(() => 'answered'),
    catchError(({ code, effect }: CoordinationError) => of(`${code} ${effect}`))
  );
  return firstValueFrom(answer$); // which ends the client too
}

describe('a cluster that speaks TLS', () => {
  it('is reached by what its configuration names', async () => {
    const cluster = fromIni(await start());
    const { caCert, client } = cluster.tls!;
    const tls = {
      ca: readFileSync(caCert),
      cert: readFileSync(client!.cert),
      key: readFileSync(client!.key),
      maxVersion: 'TLSv1.2' as const,
    };
    const arakoon = await open(cluster, { tls });
    expect(String(await firstValueFrom(arakoon.get('k')))).toBe('v');
    await arakoon.close();
  });

  it('takes nobody in without a certificate, or with one of its own making, nor is it taken for another', async () => {
    const text = await start();
    const { ca, rogue, rogueCa, client } = certificates;
    const own = { cert: client.certificate, key: client.key };
    expect(await asked(text, { tls: { ca: ca.certificate } })).toBe('TIMEOUT none');
    expect(await asked(text, { tls: { ca: ca.certificate, cert: rogue.certificate, key: rogue.key } })).toBe(
      'TIMEOUT none'
    );
    expect(await asked(text, { tls: { ca: rogueCa.certificate, ...own } })).toBe('TIMEOUT none');
  });

  it('has a certificate for another host, as is common, where the name is not looked at', async () => {
    const { ca, client, wrongHost } = certificates;
    const text = await start({ tls: { key: wrongHost.key, cert: wrongHost.certificate } });
    const tls = { ca: ca.certificate, cert: client.certificate, key: client.key };
    expect(await asked(text, { tls })).toBe('TIMEOUT none');
    expect(await asked(text, { tls: { ...tls, checkServerIdentity: () => undefined }, timeout: 20_000 })).toBe(
      'answered'
    );
  });
});
