import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closeSocket } from '../../../lib/testing/proxy/closeSocket.js';
import { gone } from './dial.js';
import { type EchoServer, startEchoServer } from './echoServer.js';

describe('to close a socket', () => {
  let server: EchoServer;
  beforeEach(async () => {
    server = await startEchoServer();
    server.respond = (socket) => socket.resume();
  });
  afterEach(() => server.stop());

  it.each(['fin', 'rst'] as const)('by %s does not wait for a connection that may never come about', async (how) => {
    const socket = connect({ port: server.port, host: server.host });
    let connected = false;
    socket.once('connect', () => (connected = true));
    closeSocket(socket, how);
    await gone(socket);
    expect(connected).toBe(false);
  });

  it.each(['fin', 'rst'] as const)('by %s does so though it is about to end', async (how) => {
    const socket = connect({ port: server.port, host: server.host });
    await once(socket, 'connect');
    socket.end();
    closeSocket(socket, how);
    await gone(socket);
    expect(socket.errored).toBeNull();
  });

  it.each([
    ['fin', null],
    ['rst', expect.objectContaining({ code: 'ECONNRESET' })],
  ] as const)('by %s shows at the other end', async (how, error) => {
    const socket = connect({ port: server.port, host: server.host });
    await once(socket, 'connect');
    while (!server.sockets[0]) await new Promise(setImmediate);
    const peer = server.sockets[0];
    peer.once('end', () => peer.end());
    closeSocket(socket, how);
    await gone(peer);
    expect(peer.errored).toEqual(error);
  });
});
