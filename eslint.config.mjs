// Typed lint rules. Three of them matter most in an operator: a floating promise is a crash,
// a misused promise is a race, a switch that forgets a case is a wrong verdict.
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', '.stack/', 'node_modules/', 'coverage/', '**/*.mjs', 'test/vendor/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // Only the clock and the edges may know what time it is; the rooms that decide may not.
    files: [
      'src/checks/**',
      'src/judge/**',
      'src/report/**',
      'src/gate/**',
      'src/output/**',
      'src/guide/**',
      'src/product/**',
      'src/facts/**',
      'src/api/**',
    ],
    // These ask the API server: the others of their room decide.
    ignores: ['src/gate/await-report.ts', 'src/gate/operator-lease.ts', 'src/gate/record-exception.ts'],
    rules: {
      'no-restricted-globals': ['error', 'setTimeout', 'setInterval', 'setImmediate', 'fetch', 'process'],
      'no-restricted-syntax': [
        'error',
        { selector: ':function[async=true]', message: 'These rooms decide; they do not wait.' },
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Take the time from the caller.',
        },
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: 'Take the time from the caller.',
        },
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: 'These rooms are pure.',
        },
      ],
    },
  },
  {
    files: ['test/**', 'tools/**'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      'max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }],
    },
  },
);
