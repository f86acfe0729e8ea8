// Lint rules, and the borders between the rooms of docs/architecture.md: which folder may import which.
import tseslint from 'typescript-eslint'

const core = ['json', 'ware', 'formula', 'patch', 'mutate']
const adapters = ['manifest', 'settings']
const shells = ['plugin', 'webhook', 'agent']

/** Import patterns that name another room, as `../room/…` from any depth. */
const rooms = (names) => names.map((name) => `**/${name}/**`)

/** One outside library, one importer: `path` is where it may be used. */
const libraries = {
  yaml: 'src/manifest',
  ajv: 'src/settings',
  commander: 'src/plugin',
  fastify: 'src/webhook',
}

function border(folder, forbiddenRooms, options = {}) {
  const forbiddenLibraries = Object.entries(libraries)
    .filter(([, home]) => home !== `src/${folder}`)
    .map(([name]) => name)
  const patterns = [
    { group: rooms(forbiddenRooms), message: 'docs/architecture.md: wrong direction' },
    {
      group: [...forbiddenLibraries, ...forbiddenLibraries.map((name) => `${name}/**`)],
      message: 'one importer per library',
    },
  ]
  if (options.pure) {
    patterns.push({ group: ['node:*', '!node:crypto'], message: 'the core does no I/O' })
  }
  return {
    files: [`src/${folder}/**/*.ts`],
    rules: {
      'no-restricted-imports': ['error', { patterns }],
      ...(options.pure
        ? {
            'no-restricted-globals': [
              'error',
              ...[
                'process',
                'console',
                'fetch',
                'setTimeout',
                'setInterval',
                'setImmediate',
                'Buffer',
                'performance',
              ],
            ],
            'no-restricted-properties': [
              'error',
              { object: 'Date', property: 'now', message: 'the core has no clock' },
              { object: 'Math', property: 'random', message: 'the core has no dice' },
            ],
          }
        : {}),
    },
  }
}

const coreBorders = core.map((room, level) =>
  border(room, [...core.slice(level + 1), ...adapters, ...shells], { pure: true }),
)
const adapterBorders = adapters.map((room) =>
  border(room, [...adapters.filter((other) => other !== room), ...shells]),
)
const shellBorders = shells.map((room) =>
  border(
    room,
    shells.filter((other) => other !== room),
  ),
)

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.tools/', '.bench/', 'coverage/'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', '*.config.ts'],
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
    ignores: ['src/**/main.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'only main files read process' },
      ],
    },
  },
  ...coreBorders,
  ...adapterBorders,
  ...shellBorders,
  { files: ['**/*.config.ts'], rules: { 'no-restricted-exports': 'off' } }, // vitest wants a default export
)
