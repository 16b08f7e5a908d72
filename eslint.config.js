import js from '@eslint/js';
import rxjsX from 'eslint-plugin-rxjs-x';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import { streamNames } from './spec/lint/streamNames.mjs';

/** Names that begin with an underscore are not meant to be used. */
const UNUSED = { args: 'all', argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true };

/** After `takeUntil`, operators are safe if they subscribe to nothing: they end with their source. */
const END_WITH_THEIR_SOURCE = [
  ...['catchError', 'distinctUntilChanged', 'endWith', 'filter', 'finalize', 'ignoreElements', 'map', 'scan', 'share'],
  ...['take', 'tap', 'throwIfEmpty'],
];

/** Classes that the library throws and catches itself. They are no errors, because a stack trace takes time. */
const THROWN = ['Failure', 'Refusal', 'EtcdRefusal', 'V2Refusal', 'V2StatusRefusal'];

export default tseslint.config(
  {
    // fixtures are data; the frameworks' own compilers check spec/frameworks/app
    ignores: [
      ...['dist', 'coverage', '.cache', 'examples/.out'],
      ...['spec/fixtures', 'spec/consumer/fixture', 'spec/frameworks/app'],
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: globals.node },
    rules: { 'no-unused-vars': ['error', UNUSED] },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked, rxjsX.configs.recommended],
    plugins: { house: { rules: { 'stream-names': streamNames } } },
    languageOptions: { parserOptions: { project: './tsconfig.lint.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/no-unused-vars': ['error', UNUSED],
      '@typescript-eslint/only-throw-error': ['error', { allow: [{ from: 'file', name: THROWN }] }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'rxjs-x/no-floating-observables': 'error',
      'rxjs-x/no-subclass': 'error',
      'rxjs-x/no-unsafe-takeuntil': ['error', { allow: END_WITH_THEIR_SOURCE }],
      // off: interfaces here declare functions in the style of methods, and such functions use no `this`
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['lib/dashboard/**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: './lib/dashboard/tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/no-unused-vars': ['error', UNUSED],
    },
  },
  {
    files: ['lib/**/*.ts', 'examples/**/*.ts'],
    rules: { 'house/stream-names': 'error' },
  },
  {
    files: ['lib/**/*.ts'],
    rules: {
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'error',
      'rxjs-x/no-ignored-default-value': 'error',
      'rxjs-x/no-ignored-error': 'error',
    },
  },
  {
    files: ['spec/**/*.ts'],
    rules: {
      // off: a spec that prints an object as [object Object] fails
      '@typescript-eslint/no-base-to-string': 'off',
      // off: a spec compares values of no type, such as those of JSON or of a prototype, with what it expects
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // off: strings are thrown to see that any value passes
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      'rxjs-x/throw-error': 'off',
      // off: stand-ins have the signatures of the functions they stand in for
      '@typescript-eslint/require-await': 'off',
      // off: a spec names the type of the error that it expects, and fails if another comes
      'rxjs-x/no-implicit-any-catch': 'off',
      // off: specs subscribe and unsubscribe at awkward moments on purpose
      'rxjs-x/no-nested-subscribe': 'off',
      'rxjs-x/no-subscribe-in-pipe': 'off',
    },
  }
);
