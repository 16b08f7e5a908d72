// The embedded Arakoon in a process of its own: tells its port.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { ID, KEY, VALUE } from './arakoonWire.mjs';

const { startArakoon } = createRequire(import.meta.url)(resolve(process.argv[2], 'testing/index.js'));
const server = await startArakoon({ id: ID, entries: { [KEY]: VALUE } });
const [[address]] = Object.values(server.cluster.nodes);
process.send({ port: Number(address.split(':').at(-1)) });
process.on('disconnect', () => process.exit(0));
