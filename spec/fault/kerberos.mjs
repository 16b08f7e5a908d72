/**
 * Kerberos for real: a KDC, a ZooKeeper that lets nobody in without GSSAPI, and the npm package `kerberos`, all in a
 * temporary folder and on free ports. It prints PASS or FAIL for each promise, and is not part of `npm test`.
 *
 *     npm run build && node spec/fault/kerberos.mjs
 *
 * On Debian and Ubuntu it wants, besides what the tests want:
 * apt-get install --no-install-recommends krb5-kdc krb5-admin-server krb5-user libkrb5-dev
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const require = createRequire(import.meta.url);
const { CREATOR_ALL_ACL, gssapi, open } = require('../../dist/cjs/index.js');
const { filter, firstValueFrom, timeout } = require('rxjs');

const REALM = 'LAB.TEST';
const JARS = ['zookeeper', 'zookeeper-jute', 'slf4j-simple'].map((jar) => `/usr/share/java/${jar}.jar`).join(':');

process.env['PATH'] += ':/usr/sbin:/sbin'; // where the KDC is
const lacking = ['java', 'krb5kdc', 'kdb5_util', 'kadmin.local', 'kinit'].filter((command) => !found(command));
if (lacking.length > 0) {
  console.error(
    `this needs ${lacking.join(', ')}: apt-get install --no-install-recommends ` +
      'krb5-kdc krb5-admin-server krb5-user libkrb5-dev'
  );
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'kerberos-'));
const [kdcPort, port] = await Promise.all([freePort(), freePort()]);
const running = new Set();
let failures = 0;
try {
  setUpRealm();
  const kerberos = install('kerberos@7', 'kerberos');
  await checkAll(kerberos);
} finally {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
console.log(failures === 0 ? 'PASS all' : `FAIL ${failures} of them`);
process.exit(failures === 0 ? 0 : 1);

async function checkAll(kerberos) {
  let kdc = await start('krb5kdc', ['-n'], kdcPort);
  let server = await zooKeeper();
  const host = 'localhost';
  const client = (options) =>
    within(20_000, open(`127.0.0.1:${port}`, { sessionTimeout: 10_000, sasl: gssapi(kerberos, options) }));

  await promise('a ticket of kinit lets one in, and makes one the owner of what one creates', async () => {
    cache('alice');
    kinit();
    await using(await client({ host }), async (zk) => {
      await firstValueFrom(zk.create('/mine', null, { acl: CREATOR_ALL_ACL }));
      expect(await who(zk), ['alice']);
      expect(
        (await firstValueFrom(zk.getAcl('/mine'))).acl.map(({ scheme, id }) => `${scheme}:${id}`),
        ['sasl:alice']
      );
    });
  });

  await promise('the name in the list of servers is the host of the principal', async () => {
    await using(await within(20_000, open(`localhost:${port}`, { sasl: gssapi(kerberos) })), async (zk) =>
      expect(await who(zk), ['alice'])
    );
  });

  await promise('a login is repeated after a reconnect, in the same session', async () => {
    await using(await client({ host, principal: `alice@${REALM}` }), async (zk) => {
      const { id } = await connected(zk);
      server.kill('SIGKILL');
      await once(server, 'exit');
      await firstValueFrom(
        zk.state$.pipe(
          filter(({ kind }) => kind === 'suspended'),
          timeout(20_000)
        )
      );
      server = await zooKeeper();
      expect((await connected(zk)).id, id);
      expect(await who(zk), ['alice']);
    });
  });

  await promise('a keytab will do, without kinit', async () => {
    cache('from-keytab');
    process.env['KRB5_CLIENT_KTNAME'] = join(folder, 'alice.keytab');
    await using(await client({ host }), async (zk) => expect(await who(zk), ['alice']));
    delete process.env['KRB5_CLIENT_KTNAME'];
  });

  await promise('a KDC that is away is waited for', async () => {
    cache('no-service-ticket-yet');
    kinit();
    kdc.kill('SIGKILL');
    await once(kdc, 'exit');
    const pending = client({ host });
    try {
      expect(
        await Promise.race([
          pending.then(
            () => 'in',
            (error) => error.message
          ),
          wait(3000, 'still trying'),
        ]),
        'still trying'
      );
    } finally {
      kdc = await start('krb5kdc', ['-n'], kdcPort);
    }
    await using(await pending, async (zk) => expect(await who(zk), ['alice']));
  });

  await promise('nobody gets in without a ticket', async () => {
    cache('empty');
    await rejects(client({ host }), /credentials/i);
  });

  await promise('nobody gets in with a ticket that has expired', async () => {
    cache('expired');
    kinit('-l', '1s');
    const end = Date.now() + 20_000;
    while (runs('klist', ['-s']) && Date.now() < end) await wait(200);
    await rejects(client({ host }), /expired/i);
  });

  await promise('a server of another name is not trusted', async () => {
    cache('alice-again');
    kinit();
    await rejects(client({}), /zookeeper@127\.0\.0\.1/);
  });
}

function setUpRealm() {
  mkdirSync(join(folder, 'data'));
  process.env['KRB5_CONFIG'] = write(
    'krb5.conf',
    `[libdefaults]
 default_realm = ${REALM}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
 udp_preference_limit = 1
[realms]
 ${REALM} = {
  kdc = 127.0.0.1:${kdcPort}
 }
[domain_realm]
 localhost = ${REALM}
`
  );
  process.env['KRB5_KDC_PROFILE'] = write(
    'kdc.conf',
    `[kdcdefaults]
 kdc_listen = 127.0.0.1:${kdcPort}
 kdc_tcp_listen = 127.0.0.1:${kdcPort}
[realms]
 ${REALM} = {
  database_name = ${folder}/principal
  key_stash_file = ${folder}/stash
  acl_file = ${folder}/kadm5.acl
 }
[logging]
 kdc = FILE:${folder}/kdc.log
`
  );
  run('kdb5_util', ['create', '-s', '-r', REALM, '-P', 'master']);
  const keytabs = { server: 'zookeeper/localhost', alice: 'alice' };
  for (const [file, principal] of Object.entries(keytabs)) {
    run('kadmin.local', ['-q', `addprinc -randkey ${principal}`]);
    run('kadmin.local', ['-q', `ktadd -k ${folder}/${file}.keytab ${principal}`]);
  }
  write(
    'jaas.conf',
    `Server { com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true storeKey=true useTicketCache=false
  keyTab="${folder}/server.keytab" principal="zookeeper/localhost@${REALM}"; };
`
  );
  write(
    'zoo.cfg',
    `tickTime=500
minSessionTimeout=1000
maxSessionTimeout=60000
dataDir=${folder}/data
clientPortAddress=127.0.0.1
clientPort=${port}
admin.enableServer=false
4lw.commands.whitelist=*
`
  );
}

function zooKeeper() {
  const properties = {
    'java.security.krb5.conf': `${folder}/krb5.conf`,
    'java.security.auth.login.config': `${folder}/jaas.conf`,
    'zookeeper.authProvider.1': 'org.apache.zookeeper.server.auth.SASLAuthenticationProvider',
    'zookeeper.sessionRequireClientSASLAuth': 'true',
    'zookeeper.kerberos.removeHostFromPrincipal': 'true',
    'zookeeper.kerberos.removeRealmFromPrincipal': 'true',
    'zookeeper.jmx.log4j.disable': 'true',
  };
  const flags = Object.entries(properties).map(([key, value]) => `-D${key}=${value}`);
  return start(
    'java',
    ['-Xmx128m', ...flags, '-cp', JARS, 'org.apache.zookeeper.server.quorum.QuorumPeerMain', `${folder}/zoo.cfg`],
    port
  );
}

/** Starts a server that stays in the foreground. Resolves when it listens. */
async function start(command, args, listensAt) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += chunk));
  running.add(child);
  child.once('exit', () => running.delete(child));
  for (const end = Date.now() + 30_000; !(await listens(listensAt)); await wait(50)) {
    if (child.exitCode !== null || Date.now() > end) throw new Error(`${command} did not start:\n${log.slice(-4000)}`);
  }
  return child;
}

function install(what, name) {
  write('package.json', '{ "private": true }');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', what], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { version } = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
  console.log(`with ${name} ${version}`);
  return createRequire(join(folder, 'package.json'))(name);
}

async function promise(what, keep) {
  try {
    await keep();
    console.log(`PASS ${what}`);
  } catch (error) {
    failures++;
    console.log(`FAIL ${what}: ${error?.stack ?? error}`);
  }
}

async function using(zk, work) {
  try {
    await work(zk);
  } finally {
    await zk[Symbol.asyncDispose]();
  }
}

async function who(zk) {
  return (await firstValueFrom(zk.whoAmI())).filter(({ scheme }) => scheme === 'sasl').map(({ user }) => user);
}

function connected(zk) {
  return firstValueFrom(
    zk.state$.pipe(
      filter(({ kind }) => kind === 'connected'),
      timeout(20_000)
    )
  );
}

function expect(actual, expected) {
  const [a, b] = [actual, expected].map((value) =>
    JSON.stringify(value, (_, it) => (typeof it === 'bigint' ? `${it}n` : it))
  );
  if (a !== b) throw new Error(`${a}, where ${b} was expected`);
}

async function rejects(attempt, message) {
  const error = await attempt.then(
    () => undefined,
    (reason) => reason
  );
  if (error?.code !== 'AUTH_FAILED' || !message.test(error.message))
    throw new Error(`${error ?? 'no error'}, where AUTH_FAILED with ${message} was expected`);
}

function within(milliseconds, attempt) {
  return Promise.race([
    attempt,
    wait(milliseconds, undefined, { ref: false }).then(() =>
      Promise.reject(new Error(`not done in ${milliseconds} ms`))
    ),
  ]);
}

/** From now on tickets are kept in a cache of this name, which is new. */
function cache(name) {
  process.env['KRB5CCNAME'] = `FILE:${folder}/cache-${name}`;
}

function kinit(...flags) {
  run('kinit', [...flags, '-k', '-t', `${folder}/alice.keytab`, 'alice']);
}

function write(name, text) {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

function run(command, args) {
  return execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
}

function runs(command, args) {
  try {
    run(command, args);
    return true;
  } catch {
    return false;
  }
}

function found(command) {
  return runs('sh', ['-c', `command -v ${command}`]);
}

function listens(at) {
  return new Promise((resolve) => {
    const socket = connect(at, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
      .once('error', reject)
      .listen(0, '127.0.0.1', () => {
        const { port } = server.address();
        server.close(() => resolve(port));
      });
  });
}
