// Lint rules, and the borders between the rooms of docs/architecture.md: which folder may import which.
import tseslint from 'typescript-eslint'
import { borders } from './tools/eslint-borders.js'

/** What the core must do without: I/O, clocks and dice. */
const impure = [
  ...['process', 'globalThis', 'console', 'fetch', 'Buffer', 'performance', 'crypto'],
  ...['setTimeout', 'setInterval', 'setImmediate'],
]

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.tools/', '.bench/', 'coverage/'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'tools/**/*.ts', '*.config.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true },
      ],
      '@typescript-eslint/consistent-type-assertions': [
        'error',
        { assertionStyle: 'as' },
      ],
      'no-console': 'error',
      'max-lines': ['error', 400],
      'no-restricted-exports': [
        'error',
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[object.name="process"][property.name="exit"]',
          message: 'set process.exitCode in a main file',
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { r2k8s: { rules: { borders } } },
    rules: { 'r2k8s/borders': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/**/main.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'only main files read process' },
        { name: 'globalThis', message: 'name the global itself' },
      ],
    },
  },
  {
    files: ['src/*.ts', 'src/{ware,formula,plot,patch,mutate}/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...impure],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'the core has no clock' },
        { object: 'Math', property: 'random', message: 'the core has no dice' },
      ],
    },
  },
  { files: ['**/*.config.ts'], rules: { 'no-restricted-exports': 'off' } }, // vitest wants a default export
)
