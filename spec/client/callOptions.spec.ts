import { describe, expect, it } from '@jest/globals';
import { checkCallOptions } from '../../lib/client/callOptions.js';

describe('the options of a call', () => {
  it.each([
    ['timeout', { timeout: 0 }],
    ['timeout', { timeout: NaN }],
    ['timeout', { timeout: '5' as never }],
    ['signal', { signal: {} as never }],
  ])('are refused for a bad %s', (name, options) => {
    expect(() => checkCallOptions(options)).toThrow(
      expect.objectContaining({ code: 'USAGE', argument: `options.${name}` })
    );
  });

  it('may be left out', () => {
    checkCallOptions({});
    checkCallOptions({ timeout: undefined, signal: undefined });
    checkCallOptions({ timeout: 1, signal: AbortSignal.abort() });
  });
});
