import { UsageError } from '../../core/errors.js';
import type { Verb } from '../command/verb.js';
import { hiveChanges } from './hive/hiveChanges.js';
import { hiveCopy } from './hive/hiveCopy.js';
import { hiveDownload } from './hive/hiveDownload.js';
import { hiveReads } from './hive/hiveReads.js';
import { hiveUpkeep } from './hive/hiveUpkeep.js';
import { hiveUpload } from './hive/hiveUpload.js';
import { hiveWatch } from './hive/hiveWatch.js';

const subverbs = [...hiveChanges, ...hiveReads, hiveUpload, hiveDownload, hiveWatch, hiveCopy, ...hiveUpkeep];

export const hive: Verb = {
  name: 'hive',
  summary: 'Keeps named objects and files of any size in a store. The place in the URL is the hive.',
  usage: 'VERB [ARGUMENTS]',
  options: {},
  subverbs,
  examples: [
    ['qrx hive upload zk://127.0.0.1:2181/documents report.pdf reports/2026', 'a file, with its progress'],
    ['qrx hive list zk://127.0.0.1:2181/documents', 'the names of all entries'],
    ['qrx help hive upload', 'the help of one of its verbs'],
  ],
  run(call) {
    const [word] = call.args;
    const names = subverbs.map(({ name }) => name.split(' ')[1]).join(', ');
    throw new UsageError('VERB', `must be one of ${names}${word === undefined ? '' : `, not ${word}`}`);
  },
};
