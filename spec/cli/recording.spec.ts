import { expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../helpers/project.js';
import { picture } from '../helpers/recording/picture.js';
import { story } from '../helpers/recording/story.js';

const FILE = join(ROOT, 'docs/images/qrx-watch.svg');

it('the recording in README is what qrx prints; UPDATE_RECORDING=1 records it again', async () => {
  const recorded = picture('qrx watch, while the line to the store is cut', await story());
  if (process.env.UPDATE_RECORDING === '1') writeFileSync(FILE, recorded);
  expect(recorded).toBe(readFileSync(FILE, 'utf8'));
});
