import { describe, expect, it } from '@jest/globals';
import { CODES as ARAKOON } from '../../../lib/arakoon/protocol/errorCode.js';
import { ValueError } from '../../../lib/core/codecs.js';
import {
  ConnectError,
  ConnectionLostError,
  type CoordinationError,
  ProtocolError,
  ServerError,
  SessionError,
  UsageError,
} from '../../../lib/core/errors.js';
import { HiveError } from '../../../lib/hive/hiveError.js';
import { codeOf } from '../../../lib/hive/wrpme/codeOf.js';
import * as wrpme from '../../../lib/hive/wrpme/index.js';

const node = (code: string, cause?: unknown) => Object.assign(new Error(code, { cause }), { code });
const server = (code: string) => new ServerError(code, 1);

describe('the number of an error', () => {
  it.each<[string, unknown, number]>([
    ['a missing entry', new HiveError('ALIAS_NOT_FOUND', 'a', 'get'), wrpme.error_alias_not_found],
    ['an entry in the way', new HiveError('ALIAS_ALREADY_EXISTS', 'a', 'put'), wrpme.error_alias_already_exists],
    ['another version', new HiveError('VERSION_CONFLICT', 'a', 'update'), wrpme.error_system],
    ['damage', new HiveError('CORRUPT', 'a', 'get'), wrpme.error_unexpected_reply],
    ['a content that goes while it is read', new HiveError('ENTRY_CHANGED', 'a', 'get'), wrpme.error_unexpected_reply],
    ['a refusal to this client', new HiveError('DENIED', 'a', 'get'), wrpme.error_system],
    ['an upload that was given up', new HiveError('UPLOAD_CONDEMNED', 'a', 'put'), wrpme.error_timeout],
    ['a long alias', new UsageError('alias', 'long', { code: 'TOO_LARGE' }), wrpme.error_alias_too_long],
    ['an empty alias', new UsageError('alias', 'empty'), wrpme.error_invalid_input],
    ['a large value', new UsageError('value', 'large', { code: 'TOO_LARGE' }), wrpme.error_invalid_input],
    ['a wrong option', new UsageError('options.window', '0'), wrpme.error_invalid_option],
    ['a wrong URL', new UsageError('url', 'ftp:'), wrpme.error_invalid_protocol],
    ['a wrong host', new UsageError('url', 'x', { cause: new UsageError('servers', 'x') }), wrpme.error_invalid_input],
    ['a value without bytes', new ValueError('x', { operation: 'put' }), wrpme.error_invalid_input],
    ['bytes without a value', new ValueError('x', { operation: 'get' }), wrpme.error_unexpected_reply],
    ['no connection', new ConnectError('x'), wrpme.error_connection_refused],
    ['a refused connection', new ConnectError('x', { cause: node('ECONNREFUSED') }), wrpme.error_connection_refused],
    ['an unknown host', new ConnectError('x', { code: 'NAME_NOT_FOUND' }), wrpme.error_host_not_found],
    ['a name service that is silent', new ConnectError('x', { cause: node('EAI_AGAIN') }), wrpme.error_host_not_found],
    ['no connection in time', new ConnectError('x', { code: 'TIMEOUT' }), wrpme.error_timeout],
    [
      'no connection in time, because it is refused',
      new ConnectError('x', {
        code: 'TIMEOUT',
        cause: new AggregateError([new ConnectError('y', { cause: node('ECONNREFUSED') })]),
      }),
      wrpme.error_connection_refused,
    ],
    [
      'no connection in time, because the host has no address',
      new ConnectError('x', { code: 'TIMEOUT', cause: new ConnectError('y', { code: 'NAME_NOT_FOUND' }) }),
      wrpme.error_host_not_found,
    ],
    ['a lost connection', new ConnectionLostError(), wrpme.error_connection_reset],
    ['no answer in time', new ConnectionLostError('x', 'none', { code: 'TIMEOUT' }), wrpme.error_timeout],
    ['no master in time', new ConnectionLostError('x', 'none', { code: 'NO_MASTER' }), wrpme.error_timeout],
    ['a client that is closed', new SessionError('CLOSED', 'x'), wrpme.error_connection_reset],
    ['a session that is over', new SessionError('EXPIRED', 'x'), wrpme.error_connection_reset],
    ['a password that is wrong', new SessionError('AUTH_FAILED', 'x'), wrpme.error_connection_refused],
    ['nonsense from a server', new ProtocolError('x'), wrpme.error_unexpected_reply],
    ['a session that is refused', new ProtocolError('x', { code: 'REFUSED' }), wrpme.error_connection_refused],
    ['a large reply', new ProtocolError('x', { code: 'REPLY_TOO_LARGE' }), wrpme.error_buffer_too_small],
    ['a full store', server('NO_SPACE'), wrpme.error_no_memory],
    ['a quota', server('QUOTA_EXCEEDED'), wrpme.error_no_memory],
    ['a request that the store does not know', server('UNIMPLEMENTED'), wrpme.error_invalid_command],
    ['a request that was too slow for the store', server('OPERATION_TIMEOUT'), wrpme.error_timeout],
    ['members that cannot agree', server('RAFT_INTERNAL'), wrpme.error_timeout],
    ['any other refusal', server('NO_AUTH'), wrpme.error_system],
    ['a reset of Node', node('ECONNRESET'), wrpme.error_connection_reset],
    ['a full memory', new RangeError('Array buffer allocation failed'), wrpme.error_no_memory],
    ['an exception of wrpme', new wrpme.NoMemory('x'), wrpme.error_no_memory],
    ['an error of a program', new TypeError('x'), wrpme.error_internal],
    ['something else that was thrown', 'x', wrpme.error_internal],
    ['nothing', undefined, wrpme.error_internal],
  ])('is right for %s', (_, error, number) => {
    expect(codeOf(error)).toBe(number);
    const exception = wrpme.exceptionOf(error);
    expect(exception.number).toBe(number);
    if (!(error instanceof wrpme.WrpmeException)) expect(exception.cause).toBe(error);
  });

  it('is that of a failure for every word of a store', () => {
    for (const code of [...Object.values(ARAKOON), 'UNKNOWN', 'constructor', 'toString']) {
      expect(codeOf(server(code))).toBeGreaterThan(0);
      expect(codeOf(server(code))).toBeLessThan(17);
    }
  });

  it('is found for errors that are their own causes', () => {
    const error = new ConnectError('x') as CoordinationError & { cause: unknown };
    error.cause = error;
    expect(codeOf(error)).toBe(wrpme.error_connection_refused);
  });

  it('keeps the effect of an error, and does not know that of others', () => {
    expect(wrpme.exceptionOf(new ConnectionLostError('x', 'unknown')).effect).toBe('unknown');
    expect(wrpme.exceptionOf(new ConnectionLostError('x', 'none')).effect).toBe('none');
    expect(wrpme.exceptionOf(new TypeError('x')).effect).toBe('unknown');
  });
});
