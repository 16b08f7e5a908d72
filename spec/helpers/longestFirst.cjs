const { default: TestSequencer } = require('@jest/test-sequencer');

/**
 * The specs that take a minute or more. Jest begins with the largest files, as long as it knows no times, and most of
 * these are small: one that begins last leaves all processors idle but one.
 */
const LONGEST = [
  'spec/simulator/simulator',
  'spec/soak/soak',
  'spec/dashboard/dashboard',
  'spec/consumer/bundles',
  'spec/hive/stores',
  'spec/zookeeper/watch/deepTrees',
  'spec/cli/verbs',
  'spec/docs',
  'spec/examples',
  'spec/frameworks/frameworks',
].map((name) => `/${name}.spec.ts`);

/** Begins with the longest specs. Named in jest.config.js. */
module.exports = class LongestFirst extends TestSequencer {
  sort(tests) {
    const rank = ({ path }) => LONGEST.findIndex((name) => path.endsWith(name)) >>> 0; // of others: the last
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
};
