import { readdirSync } from 'node:fs';
import tseslint from 'typescript-eslint';

/** Folders of src, from the lowest: none imports from one that stands behind it here (ARCHITECTURE.md). */
const floors = [
  'runtime',
  'wire',
  'corefile',
  'collections',
  'table',
  'kubernetes',
  'registry',
  'plugins',
  'server',
  'cli',
];

const plugins = readdirSync('src/plugins', { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

/** Files of `folder`, relative to src, import from no folder of these names. */
function noImports(folder, names, message) {
  const regex = `^(\\.\\./)+(${names.join('|')})/`;
  return {
    files: [`src/${folder}/**/*.ts`],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ regex, message }] }] },
  };
}

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'node_modules'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/prefer-nullish-coalescing': 'error',
      // The core works on bytes, where an index is in range by construction.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Use a named export.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals or a frozen object.' },
      ],
    },
  },
  ...floors
    .slice(0, -1)
    .filter((floor) => floor !== 'plugins')
    .map((floor) =>
      noImports(floor, floors.slice(floors.indexOf(floor) + 1), 'Imports run down only: see ARCHITECTURE.md.'),
    ),
  noImports('plugins', ['server', 'cli'], 'Imports run down only: see ARCHITECTURE.md.'),
  ...plugins.map((name) =>
    noImports(
      `plugins/${name}`,
      ['server', 'cli', ...plugins.filter((other) => other !== name)],
      'Imports run down only, and a plugin imports no other one: see ARCHITECTURE.md.',
    ),
  ),
  { files: ['*.config.ts'], rules: { 'no-restricted-syntax': 'off' } },
);
