import { describe, expect, it } from '@jest/globals';
import { endedEarly, linkLost, sessionOver } from '../../lib/core/callErrors.js';
import { ConnectError, ConnectionLostError, ProtocolError, SessionError } from '../../lib/core/errors.js';

const call = { effect: 'unknown', context: { operation: 'set', path: '/a' } } as const;
const cause = new ConnectError('refused');

describe('the error of a call', () => {
  it.each([
    ['a link that ended', new ConnectionLostError('gone'), ConnectionLostError, 'CONNECTION_LOST', 'gone'],
    ['a dial in vain', new ConnectError('refused', { code: 'TIMEOUT' }), ConnectionLostError, 'TIMEOUT', 'refused'],
    ['a session that ended', new SessionError('EXPIRED', 'old'), ConnectionLostError, 'CONNECTION_LOST', 'old'],
    ['a server that breaks the rules', new ProtocolError('bad'), ProtocolError, 'PROTOCOL', 'bad'],
  ])('after %s has its cause, and what the caller may believe', (_, why, kind, code, message) => {
    const error = linkLost(why)(call);
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ code, message, effect: 'unknown', operation: 'set', path: '/a', cause: why });
  });

  it('after the end of the session says why there was no connection', () => {
    expect(sessionOver('EXPIRED', 'expired', { text: ': a:1: refused', cause })(call)).toMatchObject({
      ...{ code: 'EXPIRED', layer: 'session', message: 'expired: a:1: refused', cause },
      ...{ effect: 'unknown', operation: 'set', path: '/a' },
    });
    const plain = sessionOver('CLOSED', 'closed')(call);
    expect([plain.message, plain.cause]).toEqual(['closed', undefined]);
  });

  it('that took too long, or was aborted, names the operation', () => {
    expect(endedEarly('TIMEOUT', 'no reply within 5 ms', cause)(call)).toMatchObject({
      ...{ code: 'TIMEOUT', layer: 'transport', message: 'set: no reply within 5 ms', cause },
      ...{ effect: 'unknown', operation: 'set', path: '/a' },
    });
  });

  it('has no stack of a socket, which costs more than the reply', () => {
    expect(linkLost(cause)(call).stack).not.toContain('at ');
  });
});
