import { live } from 'quorum-rx/store';
import { server } from './server.js';

export const node = live(server.node$, undefined);
export const colour = node.select((now) => now?.value ?? 'grey');
