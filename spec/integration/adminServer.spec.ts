import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import type { DashStore } from '../../lib/cli/dash/dashStore.js';
import { openDashStore } from '../../lib/cli/dash/openDashStore.js';
import { type ZooKeeper, open } from '../../lib/index.js';
import { freePorts } from '../helpers/freePorts.js';
import type { RealServer } from '../helpers/realServer.js';
import { ran } from '../helpers/testTerminal.js';
import { waitFor } from '../helpers/waitFor.js';
import { startZooKeeper } from '../helpers/zookeeperServer.js';
import { zookeeperClassPath, zookeeperIsFrom, zookeeperVersion } from '../helpers/zookeeperUnderTest.js';

/** Debian's ZooKeeper has no Jetty, and so no AdminServer. Those of `npm run test:matrix` have one. */
const hasAdminServer = zookeeperIsFrom(5) && /\/jetty-server-[^/]*\.jar/.test(zookeeperClassPath);

describe(`ZooKeeper ${zookeeperVersion}, of whose words only srvr and conf are allowed`, () => {
  let server: RealServer;
  let zk: ZooKeeper;
  let dash: DashStore;
  let port: string;
  beforeAll(async () => {
    port = String((await freePorts(1))[0]);
    server = await startZooKeeper({
      config: {
        '4lw.commands.whitelist': 'srvr, conf', // conf is for the harness
        'admin.enableServer': 'true',
        'admin.serverAddress': '127.0.0.1',
        'admin.serverPort': port,
      },
      properties: { 'zookeeper.4lw.commands.whitelist': 'srvr, conf' },
    });
    zk = await open(server.connectString);
    await firstValueFrom(zk.create('/watched', null));
    await firstValueFrom(zk.create('/mine', null, { mode: 'ephemeral' }));
    dash = await openDashStore(`zk://${server.connectString}`, { openTimeout: 15_000, adminPorts: [Number(port)] });
  });
  afterAll(async () => {
    await dash?.close();
    await zk?.close();
    await server?.stop();
  });

  const q = (...args: string[]) => ran(`zk://${server.connectString}`, 'status', '--admin-port', port, ...args);
  /** The id of the session, as servers write it. */
  const session = () => {
    const state = zk.state;
    return state.kind === 'connected' ? `0x${BigInt.asUintN(64, state.id).toString(16)}` : 'none';
  };

  it('shows what srvr tells', async () => {
    const { code, records } = await q('--json');
    expect([code, records.length]).toEqual([0, 1]);
    expect(records[0]).toMatchObject({ role: 'standalone', version: zookeeperVersion });
  });

  it(
    hasAdminServer ? 'tells its figures by its AdminServer' : 'tells no figures, and the command says why',
    async () => {
      const { code, lines, notes } = await q('--figures', '--json');
      if (!hasAdminServer) {
        expect([code, lines]).toEqual([4, []]);
        expect(notes).toEqual([expect.stringMatching(/mntr is not executed.*the AdminServer at .*--admin-port N/)]);
        return;
      }
      const figures = new Map(
        lines.map((line) => JSON.parse(line) as { figure: string; value: unknown }).map((it) => [it.figure, it.value])
      );
      expect(figures.get('server_state')).toBe('standalone');
      expect(Number(figures.get('znode_count'))).toBeGreaterThan(5);
      expect(Number(figures.get('ephemerals_count'))).toBe(1);
    }
  );

  it(hasAdminServer ? 'tells its sessions by its AdminServer' : 'tells no sessions', async () => {
    const { code, lines } = await q('--sessions', '--json');
    if (!hasAdminServer) return expect([code, lines]).toEqual([4, []]);
    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records).toContainEqual(
      expect.objectContaining({ session: session(), client: expect.stringMatching(/^127\.0\.0\.1:\d+$/) })
    );
  });

  it(hasAdminServer ? 'fills the dashboard by its AdminServer' : 'fills the dashboard as far as it tells', async () => {
    const { members } = await firstValueFrom(dash.sample());
    expect(members).toMatchObject([{ role: 'standalone', facts: { version: zookeeperVersion } }]);
    expect(Object.keys(members[0]!.counters)).toContain('Requests');
    expect(Object.keys(members[0]!.gauges)).toEqual(expect.arrayContaining(['Latency', 'Time to answer']));
    const tree = await firstValueFrom(dash.tree$);
    const { sessions, paths, problems } = await firstValueFrom(dash.sessions(tree));
    expect(paths.get(session())).toEqual(['/mine']); // by the tree itself
    expect(problems.length).toBe(hasAdminServer ? 0 : 1);
    const own = sessions.find(({ id }) => id === session());
    expect(own).toMatchObject({ ephemerals: 1 });
    if (hasAdminServer) expect(own).toMatchObject({ address: expect.stringMatching(/^127\.0\.0\.1:/) });
  });

  it(hasAdminServer ? 'tells who watches a node' : 'does not tell who watches a node', async () => {
    const watching = zk.watch('/watched').subscribe();
    const watchers = () => lastValueFrom(dash.watchers!('/watched').pipe(toArray()));
    await waitFor(async () => {
      const [seen] = await watchers();
      const [only] = seen!.servers;
      if (hasAdminServer) expect(only!.sessions).toEqual([session()]);
      else expect(only).toMatchObject({ sessions: [], problem: expect.stringContaining('AdminServer') });
      return true;
    });
    watching.unsubscribe();
  });
});
