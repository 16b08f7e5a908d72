// The embedded Arakoon in a process of its own: sends its cluster, and ends with the process that started it.
import { load } from '../load.mjs';

const { startArakoon } = await load('lib/testing/index.js');
const server = await startArakoon({ nodes: ['a', 'b', 'c'] });
process.send(server.cluster);
process.on('disconnect', () => process.exit(0));
