import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type ConnectError,
  type ConnectionLostError,
  CoordinationError,
  type ErrorCode,
  type KnownError,
  ServerError,
  type SessionError,
  UsageError,
  isCoordinationError,
} from '../../lib/index.js';
import type { LeaseError } from '../../lib/zookeeper/index.js';
import '../../lib/arakoon/index.js';
import { sourceFacts } from '../helpers/sourceFacts.js';

/** Compiles only if both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <T extends true>(proof: T) => proof;

const refused: unknown = new ServerError('NO_NODE', -101, { operation: 'transaction', path: '/a', index: 2 });

describe('isCoordinationError', () => {
  it('tells our errors from others, and one code from another', () => {
    const others = [new TypeError('no'), null, undefined, 'NO_NODE', { code: 'NO_NODE' }];
    expect([isCoordinationError(refused), isCoordinationError(refused, 'NO_NODE')]).toEqual([true, true]);
    expect(isCoordinationError(refused, 'NOT_EMPTY')).toBe(false);
    expect(isCoordinationError(refused, 'NOT_EMPTY', 'NO_NODE')).toBe(true);
    expect(isCoordinationError(refused, 'NOT_EMPTY', 'NODE_EXISTS')).toBe(false);
    expect(others.filter((it) => isCoordinationError(it) || isCoordinationError(it, 'NO_NODE'))).toEqual([]);
  });

  it('narrows by a code, so that the index of a failed transaction is reached without instanceof', () => {
    const indices: (number | undefined)[] = [];
    if (isCoordinationError(refused, 'NO_NODE')) indices.push(refused.index);
    if (isCoordinationError(refused) && refused.layer === 'server') indices.push(refused.index);
    expect(indices).toEqual([2, 2]);
  });

  it('narrows to all that have a code', () => {
    const error = refused;
    if (isCoordinationError(error, 'TIMEOUT')) same<Same<(typeof error)['layer'], 'transport'>>(true);
    if (isCoordinationError(error, 'CLOSED')) {
      same<Same<(typeof error)['layer'], 'transport' | 'session'>>(true);
      if (error.layer === 'session') error satisfies SessionError;
      else error satisfies ConnectError | ConnectionLostError;
    }
    if (isCoordinationError(error, 'LEASE_LOST')) error satisfies LeaseError;
    if (isCoordinationError(error, 'USAGE')) error.argument satisfies string;
    if (isCoordinationError(error, 'NOT_FOUND')) error satisfies ServerError; // Arakoon's
    const either = 'NOT_EMPTY' as 'NOT_EMPTY' | 'NO_NODE';
    expect(isCoordinationError(error, either)).toBe(false);
  });

  it('narrows by the layer, and then by the code', () => {
    const told = (error: KnownError): unknown => {
      switch (error.layer) {
        case 'usage':
          return error.code === 'USAGE' ? error.argument : error.code;
        case 'server':
          return error.number;
        default:
          return error.effect;
      }
    };
    expect([told(refused as KnownError), told(new UsageError('path', 'is wrong'))]).toEqual([-101, 'path']);
  });

  it('takes no word that is not a code', () => {
    const codes: readonly ErrorCode[] = [
      'NO_NODE',
      'NOT_FOUND',
      'LEASE_LOST',
      'OVERFLOW',
      'NO_MASTER',
      'KDC_UNREACHABLE',
    ];
    // @ts-expect-error a typing mistake
    expect(isCoordinationError(refused, 'NO_NDOE')).toBe(false);
    // @ts-expect-error a code that there is not is never equal
    expect(isCoordinationError(refused) && refused.code === 'NO_NDOE').toBe(false);
    expect(codes).toHaveLength(6);
  });

  it('narrows what is known to be an error of ours already', () => {
    const error: CoordinationError = refused as CoordinationError;
    expect(isCoordinationError(error, 'NO_NODE') ? error.index : error.code).toBe(2);
  });

  it('knows the errors of another copy of the package', () => {
    const brand = Symbol.for('quorum-rx.error');
    const foreign: unknown = Object.defineProperty(
      Object.assign(new Error('no'), { code: 'NO_NODE', index: 1 }),
      brand,
      {
        value: true,
      }
    );
    expect(isCoordinationError(foreign, 'NO_NODE') && foreign.index).toBe(1);
    expect([foreign instanceof CoordinationError, foreign instanceof ServerError]).toEqual([true, false]);
  });
});

it('the entry point quorum-rx/core imports nothing, so that a browser can load it', () => {
  const [lib, seen] = [join(__dirname, '../../lib'), new Set<string>()];
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const { imports } = sourceFacts(file, readFileSync(join(lib, file), 'utf8'));
    for (const name of imports) {
      if (name.startsWith('.')) visit(join(dirname(file), name).replace(/\.js$/, '.ts'));
      else if (name !== 'rxjs') seen.add(name); // types of RxJS
    }
  };
  visit('core/index.ts');
  expect([...seen].filter((file) => !file.startsWith('core/'))).toEqual([]);
});
