export default {
  forbidden: [
    {
      name: 'not-by-path',
      comment: "Import '@skein/x': by name only what a package's `exports` offer can be reached (see no-unresolvable).",
      severity: 'error',
      from: { path: '^((?:apps|libs|tools)/[^/]+)/' },
      to: { path: '^(?:apps|libs|tools)/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'apps-apart',
      comment: 'Processes talk over the bus.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'libs-below',
      comment: 'A lib knows neither apps nor tools.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(?:apps|tools)/' },
    },
    {
      name: 'no-package-cycles',
      comment: 'Packages form layers. Inside one, types may refer to each other.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^(?:apps|libs|tools)/[^/]+/src$' },
      to: { circular: true, path: '^(?:apps|libs|tools)/[^/]+/src$' },
    },
    {
      name: 'no-cycles',
      comment: 'What runs in a circle depends on who is loaded first.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere would escape every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Sees type imports as well; the compiler that the default parser asks for has no API in TypeScript 7.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(?:^|/)(?:generated|dist|coverage)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
  },
};
