import { connect } from 'node:net';
import type { Transport } from '../core/link.js';
import { dial } from './dial.js';

/** Plain TCP, without delay for small packets: the default way to reach a server. */
export const tcp: Transport = (endpoint) =>
  dial(endpoint, {
    ready: 'connect',
    connect: (host, { port }, { onread }) => connect({ host, port, noDelay: true, onread }),
  });
