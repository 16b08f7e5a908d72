import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const HOSTS = 'DNS:localhost,IP:127.0.0.1';
const LEAF_EXTENSIONS = 'extendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=CA:FALSE\n';
const PAST = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'];
const EC_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
/** For `openssl ca`, the one command of openssl 3.0 that dates a certificate back. */
const CA_CONFIG = `
[ca]
default_ca = it
[it]
dir = .
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
`;

/** A certificate and its key, PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
  readonly certificatePath: string;
  readonly keyPath: string;
  /** Key, then certificate: what a ZooKeeper server takes as its key store. */
  readonly bundlePath: string;
}

export type CertificateName = 'server' | 'client' | 'expired' | 'wrongHost' | 'selfSigned' | 'rogue';

/** What the tests of TLS need. All leaves serve both servers and clients. */
export interface TlsMaterial extends Readonly<Record<CertificateName, Certificate>> {
  /** Signed all but `selfSigned` and `rogue`. */
  readonly ca: Certificate;
  /** Nobody trusts it; signed `rogue`. */
  readonly rogueCa: Certificate;
}

/** Certificates in a temporary folder, which goes when they are disposed of. */
export interface Certificates extends TlsMaterial, Disposable {
  readonly directory: string;
}

/** Makes them, with openssl. They are for localhost and 127.0.0.1, but for `client` and `wrongHost`. */
export async function makeCertificates(): Promise<Certificates> {
  const directory = mkdtempSync(join(tmpdir(), 'certificates-'));
  const openssl = (...args: string[]) => run('openssl', args, { cwd: directory });
  writeFileSync(join(directory, 'ca.conf'), CA_CONFIG);
  writeFileSync(join(directory, 'index.txt'), '');

  const selfSign = async (name: string, ...more: string[]) => {
    await openssl('req', '-x509', '-days', '365', ...EC_KEY, ...named(name), '-out', `${name}.crt`, ...more);
    return read(directory, name);
  };
  const leaf = async (name: string, ca: string, altNames: string, dates: readonly string[] = []) => {
    writeFileSync(join(directory, `${name}.ext`), `subjectAltName=${altNames}\n${LEAF_EXTENSIONS}`);
    await openssl('req', '-new', ...EC_KEY, ...named(name), '-out', `${name}.csr`);
    const signing =
      dates.length > 0
        ? ['ca', '-batch', '-notext', '-config', 'ca.conf', '-cert', `${ca}.crt`, '-keyfile', `${ca}.key`, ...dates]
        : ['x509', '-req', '-CA', `${ca}.crt`, '-CAkey', `${ca}.key`, '-CAcreateserial', '-days', '365'];
    await openssl(...signing, '-in', `${name}.csr`, '-out', `${name}.crt`, '-extfile', `${name}.ext`);
    return read(directory, name);
  };

  const ca = await selfSign('ca');
  const rogueCa = await selfSign('rogueCa');
  const server = await leaf('server', 'ca', HOSTS);
  const client = await leaf('client', 'ca', 'DNS:client');
  const wrongHost = await leaf('wrongHost', 'ca', 'DNS:elsewhere.invalid');
  const rogue = await leaf('rogue', 'rogueCa', HOSTS);
  const expired = await leaf('expired', 'ca', HOSTS, PAST);
  const selfSigned = await selfSign('selfSigned', '-addext', `subjectAltName=${HOSTS}`);
  const dispose = () => rmSync(directory, { recursive: true, force: true });
  return { directory, ca, rogueCa, server, client, wrongHost, rogue, expired, selfSigned, [Symbol.dispose]: dispose };
}

function named(name: string): string[] {
  return ['-subj', `/CN=${name}`, '-keyout', `${name}.key`];
}

function read(directory: string, name: string): Certificate {
  const path = (extension: string) => join(directory, `${name}.${extension}`);
  const [keyPath, certificatePath, bundlePath] = [path('key'), path('crt'), path('pem')];
  const key = readFileSync(keyPath, 'utf8');
  const certificate = readFileSync(certificatePath, 'utf8');
  writeFileSync(bundlePath, key + certificate);
  return { certificate, key, certificatePath, keyPath, bundlePath };
}
