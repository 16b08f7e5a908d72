import { availableParallelism } from 'node:os';

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/spec', '<rootDir>/examples'],
  testMatch: ['**/*.spec.ts'],
  testSequencer: '<rootDir>/spec/helpers/longestFirst.cjs',
  setupFilesAfterEnv: ['<rootDir>/spec/helpers/equalBytes.ts'],
  // lib imports './x.js' (Node ESM style); the tests run the .ts source, so drop the '.js'
  moduleNameMapper: {
    // RxJS in one file: each spec loads it anew, and two hundred files take 0.15 s longer
    '^rxjs$': '<rootDir>/node_modules/rxjs/dist/bundles/rxjs.umd.js',
    '^rxjs/testing$': '<rootDir>/spec/helpers/rxjsTesting.cjs',
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^quorum-rx$': '<rootDir>/lib/index.ts', // examples import the package by its name
    '^quorum-rx/(testing|operators|store|zookeeper|arakoon|etcd|etcd/v2|hive|hive/wrpme|bridge|bridge/browser|otel)$':
      '<rootDir>/lib/$1/index.ts',
  },
  // ts-jest merges these over ./tsconfig.json; types are checked by `npm run typecheck`, not here
  transform: {
    '^.+\\.ts$': ['ts-jest', { tsconfig: { module: 'commonjs', moduleResolution: 'bundler', isolatedModules: true } }],
  },
  collectCoverageFrom: ['lib/**/*.ts'],
  coverageProvider: 'v8',
  coverageReporters: ['text', 'lcov', 'json-summary'],
  testTimeout: 180_000, // it ends what hangs, and no machine is so slow that it ends more
  maxWorkers: Math.ceil(availableParallelism() * 1.5), // many specs wait for servers, and leave a processor idle
};
