const eslint = require('@eslint/js');
const tseslint = require('typescript-eslint');

/** Where TypeORM's EntityManager may be spoken to; everywhere else repositories stand in between. */
const speakToTheManager = [
  'src/platform/database/**',
  'src/platform/events/**',
  'src/platform/idempotency/**',
  'src/**/*.repository.ts',
];

const reserved = (names, message) => ({ name: 'typeorm', importNames: names, message });
const noManager = reserved(
  ['EntityManager', 'InjectEntityManager'],
  'The EntityManager stays in platform/database, events, idempotency and repositories.',
);

module.exports = tseslint.config(
  { ignores: ['dist/**', 'coverage/**', '.data/**', 'node_modules/**'] },
  eslint.configs.recommended,
  { linterOptions: { noInlineConfig: true } },
  {
    files: ['**/*.js', '**/*.cjs', '**/*.mjs'],
    languageOptions: {
      globals: {
        module: 'writable',
        require: 'readonly',
        process: 'readonly',
        console: 'readonly',
        __dirname: 'readonly',
      },
    },
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: __dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // A room's events enter the catalogue by an interface that extends theirs and adds nothing.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'always' }],
      // The catalogue's names are a union only once all rooms have added theirs.
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      // A port is asynchronous for all who stand behind it, whether or not one of them waits.
      '@typescript-eslint/require-await': 'off',
      eqeqeq: 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', 300],
      'max-params': ['error', 6],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Only platform/config reads the environment; inject CONFIG.',
        },
      ],
    },
  },
  { files: ['src/platform/config/**'], rules: { 'no-restricted-properties': 'off' } },
  {
    files: ['src/**/*.ts'],
    ignores: speakToTheManager,
    rules: { 'no-restricted-imports': ['error', { paths: [noManager] }] },
  },
  {
    files: ['test/**/*.ts', 'src/**/*.spec.ts'],
    rules: {
      // Answers of supertest are any; what a test reads of them it then asserts.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
);
