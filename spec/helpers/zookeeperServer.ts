import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './freePorts.js';
import { RealServer } from './realServer.js';
import { commonConfig, type ServerOptions, writeConfig } from './zookeeperConfig.js';

const ATTEMPTS = 5;

/** Starts a ZooKeeper of its own, in a temporary folder, on free ports of 127.0.0.1. Resolves when it serves. */
export async function startZooKeeper(options: ServerOptions = {}): Promise<RealServer> {
  for (let attempt = 1; ; attempt++) {
    const server = await prepare(options);
    try {
      await server.start();
      return server;
    } catch (reason) {
      const taken = portWasTaken(server.log());
      await server.stop();
      if (!taken || attempt === ATTEMPTS) throw reason;
    }
  }
}

/** A new folder for servers. */
export function serverDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'zookeeper-'));
}

/** Whether a server serves, and it is not another that had the port first. */
export async function serves(server: RealServer): Promise<boolean> {
  return (await server.mode()) !== undefined && (await server.command('conf')).includes(`dataDir=${server.directory}/`);
}

/** Whether a server could not start because somebody else had bound its port first. */
export function portWasTaken(log: string): boolean {
  return /BindException|Address already in use/.test(log);
}

async function prepare(options: ServerOptions): Promise<RealServer> {
  const [port, securePort] = (await freePorts(options.tls ? 2 : 1)) as [number, number?];
  const directory = serverDirectory();
  writeConfig(`${directory}/zoo.cfg`, {
    ...commonConfig(directory, options, securePort),
    clientPortAddress: '127.0.0.1',
    clientPort: `${port}`,
    ...options.config,
  });
  return new RealServer({ port, securePort, directory }, options, serves);
}
