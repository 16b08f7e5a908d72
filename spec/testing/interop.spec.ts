import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { type EmbeddedZooKeeper, startZooKeeper } from '../../lib/testing/index.js';
import { run } from '../helpers/project.js';
import { waitFor } from '../helpers/waitFor.js';

const JARS = [
  'zookeeper',
  'zookeeper-jute',
  'slf4j-simple',
  'commons-cli',
  'netty-codec',
  'netty-resolver',
  'netty-transport-native-unix-common',
];
const CLASS_PATH = JARS.map((jar) => `/usr/share/java/${jar}.jar`).join(':');

/** Types into a program, line by line, and waits for what it says to each. */
async function converse(
  program: ChildProcessWithoutNullStreams,
  lines: readonly (readonly [say: string, hear: RegExp])[]
): Promise<string> {
  let all = '';
  let heard = '';
  const hear = (chunk: Buffer) => ((all += String(chunk)), (heard += String(chunk)));
  program.stdout.on('data', hear);
  program.stderr.on('data', hear);
  try {
    for (const [say, answer] of lines) {
      if (say !== '') program.stdin.write(`${say}\n`);
      await waitFor(() => answer.test(heard), { what: () => `${answer} to ${JSON.stringify(say)} in:\n${all}\n` });
      heard = '';
    }
  } finally {
    program.kill('SIGKILL');
  }
  return all;
}

describe('clients that others wrote, on the embedded server', () => {
  let server: EmbeddedZooKeeper;
  beforeAll(async () => {
    server = await startZooKeeper({ tickTime: 2000 });
  });
  afterAll(() => server.stop());

  it("kazoo's recipes, watches, transactions and ACLs work", async () => {
    const said = await run('/usr/bin/python3', [join(__dirname, 'interop.py'), server.connectString]);
    expect(said.trim().split('\n')).toEqual([
      'version 3.8.0',
      'create /k/a/b',
      'set 1',
      "watch ['one', 'two']",
      'sequence /k/s-0000000001 /k/s-0000000002',
      'ephemeral True',
      'error NoNodeError',
      'error BadVersionError',
      "transaction ['RolledBackError', 'RolledBackError', 'NoNodeError'] None",
      'acl NoAuthError',
      'lock 1 False',
      'queue job',
      'counter 5',
      "party ['me']",
      "election ['led']",
      "left ['zookeeper']",
    ]);
  });

  it("Apache's zkCli, and so its Java client, works", async () => {
    const said = await converse(
      spawn('java', ['-cp', CLASS_PATH, 'org.apache.zookeeper.ZooKeeperMain', '-server', server.connectString]),
      [
        ['', /SyncConnected/],
        ['create /j hello', /Created \/j\n/],
        ['get -s /j', /hello\ncZxid = 0x[0-9a-f]+[^]*numChildren = 0/],
        ['addWatch /j', /addWatch|^/],
        ['set /j bye', /NodeDataChanged path:\/j/],
        ['create -s -e /j/e- x', /Created \/j\/e-0000000000/],
        ['create -c /j-container', /Created \/j-container/],
        ['create -t 5000 /j-ttl', /Created \/j-ttl/],
        ['getAcl /j', /'world,'anyone\n: cdrwa/],
        ['addauth digest bob:secret', /^/],
        ['whoami', /digest: bob/],
        ['setAcl /j auth::rwcda', /^/],
        ['getAcl /j', /'digest,'bob:[\w+/=]+\n: cdrwa/],
        ['setquota -N 5 /j', /^/],
        ['listquota /j', /countHardLimit=5[^]*Output stat for \/j count=2/],
        ['getEphemerals', /\[\/j\/e-0000000000\]/],
        ['getAllChildrenNumber /j', /^1$/m],
        ['ls -R /j', /\/j\/e-0000000000/],
        ['deleteall /j', /NodeDeleted path:\/j/],
        ['config', /^/],
        ['get /j', /Node does not exist: \/j/],
        ['quit', /Session: 0x[0-9a-f]+ closed/], // its event thread may not come to tell the state any more
      ]
    );
    expect(said).not.toMatch(/MarshallingError|Unimplemented|ConnectionLoss/);
  });

  it("Apache's C client works", async () => {
    await converse(spawn('/usr/lib/zookeeper/bin/cli_mt', [server.connectString]), [
      ['', /CONNECTED_STATE[^]*session id/],
      ['create /c', /rc = 0\n\tname = \/c/],
      ['set /c value', /rc = 0/],
      ['get /c', /value_len = 5\nvalue\n/],
      ['set /c again', /CHANGED_EVENT state = CONNECTED_STATE for path \/c/],
      ['ls /', /\tc\n/],
      ['delete /c', /rc = 0/],
      ['get /c', /rc = -101/],
    ]);
  });
});
