import { beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectionLostError, SessionError, UsageError } from '../../../lib/core/errors.js';
import { Trouble } from '../../../lib/core/trouble.js';
import { settingsOf } from '../../../lib/zookeeper/options.js';
import { ReconnectPolicy } from '../../../lib/zookeeper/session/reconnectPolicy.js';
import type { Diagnostic } from '../../../lib/zookeeper/sessionState.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

const A = { host: 'a', port: 1 };
const B = { host: 'b', port: 1 };
const hangUp = new ConnectionLostError('hung up');

let time: VirtualTime;
let told: string[];

beforeEach(() => {
  time = new VirtualTime();
  told = [];
});

/** A policy for a session of which it can change nothing. */
function policy(
  facts: { readonly seen?: bigint; readonly local?: boolean } = {},
  onDataLoss: 'wait' | 'renew' = 'renew'
) {
  const session = Object.freeze({ timeout: 10_000, deadline: Infinity, seen: 7n, local: false, ...facts });
  const settings = settingsOf({ scheduler: time, random: () => 0, onDataLoss });
  const made = new ReconnectPolicy(settings, session, new Trouble(), ({ kind }: Diagnostic) => told.push(kind));
  made.relist([A, B]);
  return made;
}

describe('the end of a link', () => {
  it.each([
    ['that broke', hangUp, { kind: 'redial' }],
    ['whose session has expired', new SessionError('EXPIRED', ''), { kind: 'lost', loss: { reason: 'expired' } }],
    [
      'whose server gave another session',
      new SessionError('REPLACED', ''),
      { kind: 'lost', loss: { reason: 'replaced' } },
    ],
    ['that refused us', new SessionError('AUTH_FAILED', ''), { kind: 'lost', loss: { reason: 'auth-failed' } }],
    ['that a bad option caused', new UsageError('options.random', ''), { kind: 'mistake' }],
    ['that a bad argument caused', new UsageError('path', ''), { kind: 'redial' }],
  ])('%s has its verdict', (_, error, verdict) => {
    expect(policy().judge(error, A)).toMatchObject(verdict);
  });

  it('loses a session that stands with a read-only server alone', () => {
    expect(policy({ local: true }).judge(hangUp, A)).toMatchObject({ kind: 'lost', loss: { reason: 'replaced' } });
  });
});

describe('servers that hang up in turn', () => {
  const judged = (made: ReconnectPolicy, count: number) =>
    Array.from({ length: count }, (_, i) => made.judge(hangUp, i % 2 === 0 ? A : B).kind);

  it('have lost data after three rounds', () => {
    const made = policy();
    expect(judged(made, 5)).toEqual(['redial', 'redial', 'redial', 'redial', 'redial']);
    expect(made.judge(hangUp, B)).toMatchObject({
      kind: 'lost',
      loss: { reason: 'data-loss', error: { code: 'EXPIRED', cause: hangUp } },
    });
    expect(told.filter((kind) => kind === 'zxid-ahead')).toHaveLength(2);
  });

  it('are waited for where that is asked, and reported', () => {
    expect(new Set(judged(policy({}, 'wait'), 20))).toEqual(new Set(['redial']));
    expect(told).toContain('zxid-ahead');
  });

  it('have lost nothing that the session has seen, if it has seen nothing', () => {
    expect(new Set(judged(policy({ seen: 0n }), 20))).toEqual(new Set(['redial']));
    expect(told).not.toContain('zxid-ahead');
  });

  it('begin again once one of them lets us in, or a link stood', () => {
    const made = policy();
    judged(made, 5);
    made.admitted();
    expect(judged(made, 5)).toEqual(Array(5).fill('redial'));
    made.established();
    made.judge(hangUp, A);
    expect(judged(made, 5)).toEqual(Array(5).fill('redial'));
  });
});
