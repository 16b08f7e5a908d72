import { expect, it } from '@jest/globals';
import { BridgeError, type BridgeErrorCode } from '../../../lib/bridge/shared/bridgeError.js';

const LAYERS: Readonly<Record<BridgeErrorCode, BridgeError['layer']>> = {
  LINE_LOST: 'transport',
  PAUSED: 'transport',
  TOO_MANY: 'transport',
  UNAVAILABLE: 'transport',
  UNAUTHORIZED: 'session',
  FORBIDDEN: 'session',
  ENDED: 'protocol',
  BAD_REQUEST: 'protocol',
  BAD_PARAMETERS: 'protocol',
  UNKNOWN_NAME: 'protocol',
  UNKNOWN_LINE: 'protocol',
  OVER_LIMIT: 'protocol',
  FAILED: 'protocol',
};

it.each(Object.entries(LAYERS))('an error with the code %s has the layer %s', (code, layer) => {
  expect(new BridgeError(code as BridgeErrorCode, 'no')).toMatchObject({ code, layer, effect: 'none' });
});
