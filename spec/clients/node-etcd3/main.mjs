// The usual calls of npm's etcd3 at the servers of ENDPOINTS. Prints a line of JSON for each check.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Etcd3, isRecoverableError } from 'etcd3';

/** The milliseconds that one check may take. */
const PATIENCE = 20_000;

const hosts = process.env.ENDPOINTS.split(',').map((endpoint) => `http://${endpoint}`);
const client = new Etcd3({ hosts });

async function check(name, act) {
  const late = sleep(PATIENCE).then(() => Promise.reject(new Error(`not after ${PATIENCE} ms`)));
  const outcome = await Promise.race([act(), late]).then(
    () => ({ check: name, ok: true }),
    (error) => ({ check: name, ok: false, error: String(error?.message ?? error) })
  );
  late.catch(() => {});
  console.log(JSON.stringify(outcome));
}

async function main() {
  await check('put and get', async () => {
    await client.put('kv/a').value('1');
    assert.equal(await client.get('kv/a').string(), '1');
    assert.equal(await client.get('kv/none'), null);
  });
  await check('get a prefix, sorted and cut', async () => {
    for (const key of ['b', 'c', 'd']) await client.put(`kv/${key}`).value(key);
    assert.deepEqual(await client.getAll().prefix('kv/').sort('Key', 'Descend').limit(2).keys(), ['kv/d', 'kv/c']);
    assert.equal(await client.getAll().prefix('kv/').count(), 4);
  });
  await check('transaction', async () => {
    const answer = await client.if('kv/a', 'Value', '==', '1').then(client.put('kv/t').value('x')).commit();
    assert.equal(answer.succeeded, true);
  });
  await check('delete a range', async () => {
    assert.equal((await client.delete().prefix('kv/')).deleted, '5');
  });
  await check('namespace', async () => {
    const app = client.namespace('app/');
    await app.put('x').value('1');
    assert.equal(await client.get('app/x').string(), '1');
  });
  await check('software transactional memory', async () => {
    await client.put('stm').value('0');
    const add = () => client.stm().transact(async (tx) => tx.put('stm').value((await tx.get('stm').number()) + 1));
    await Promise.all([add(), add(), add()]);
    assert.equal(await client.get('stm').number(), 3);
  });
  await check('lease', async () => {
    const lease = client.lease(5);
    await lease.put('leased').value('1');
    await lease.keepaliveOnce();
    const left = await client.leaseClient.leaseTimeToLive({ ID: await lease.grant(), keys: true });
    assert.deepEqual(left.keys.map(String), ['leased']);
    await lease.revoke();
    assert.equal(await client.get('leased'), null);
  });
  await check('lock', async () => {
    const held = await client.lock('node').ttl(5).acquire();
    await assert.rejects(client.lock('node').acquire());
    await held.release();
    await (await client.lock('node').acquire()).release();
  });
  await check('election', async () => {
    const election = client.election('job', 5);
    const observer = await election.observe();
    const changed = once(observer, 'change');
    const campaign = election.campaign('one');
    await campaign.wait();
    assert.deepEqual(await changed, ['one']);
    assert.equal(await election.leader(), 'one');
    const again = once(observer, 'change');
    await campaign.proclaim('two');
    assert.deepEqual(await again, ['two']);
    await campaign.resign();
    await observer.cancel();
  });
  await check('watch a prefix', async () => {
    const watcher = await client.watch().prefix('w/').withPreviousKV().create();
    const put = once(watcher, 'put');
    await client.put('w/a').value('1');
    assert.equal(String((await put)[0].value), '1');
    const deleted = once(watcher, 'delete');
    await client.delete().key('w/a');
    assert.equal(String((await deleted)[1].value), '1');
    await watcher.cancel();
  });
  await check('watch from a past revision', async () => {
    const { header } = await client.put('past').value('0');
    await client.put('past').value('1');
    const watcher = client.watch().key('past').startRevision(header.revision).watcher();
    const seen = [];
    watcher.on('put', ({ value }) => seen.push(String(value)));
    while (seen.length < 2) await sleep(10);
    assert.deepEqual(seen, ['0', '1']);
    await watcher.cancel();
  });
  await check('compaction', async () => {
    const { header } = await client.put('past').value('2');
    await client.kv.compact({ revision: header.revision });
    await assert.rejects(Promise.resolve(client.get('past').revision(1)), /compacted/);
  });
  await check('status, members, hash, snapshot', async () => {
    const status = await client.maintenance.status();
    assert.notEqual(status.leader, '0');
    assert.equal((await client.cluster.memberList({})).members.length, hosts.length);
    await client.maintenance.hash();
    const stream = await client.maintenance.snapshot();
    let size = 0;
    stream.on('data', ({ blob }) => (size += blob.length));
    await once(stream, 'end');
    assert.equal(size % 512, 32);
  });
  await check('authentication', async () => {
    const root = client.role('root');
    await root.create();
    const user = client.user('root');
    await user.create('r');
    await user.addRole('root');
    await client.role('app').create();
    await client.role('app').grant({ permission: 'Readwrite', range: client.range({ prefix: 'app/' }) });
    await client.user('app').create('a');
    await client.user('app').addRole('app');
    await client.auth.authEnable();
    const admin = new Etcd3({ hosts, auth: { username: 'root', password: 'r' } });
    const app = new Etcd3({ hosts, auth: { username: 'app', password: 'a' } });
    await app.put('app/y').value('1');
    await assert.rejects(Promise.resolve(app.put('other').value('1')), (error) => !isRecoverableError(error));
    await admin.auth.authDisable();
    app.close();
    admin.close();
  });
  client.close();
  process.exit(0);
}

void main();
