// Gives every workspace its test targets and finds which workspace imports which, so that packages carry no nx
// configuration of their own. Nx's own import analysis needs the compiler API that TypeScript 7 no longer has.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const vitest = (root, name, project) => ({
  command: `vitest run --project ${project} --reporter=default --reporter=json --outputFile.json=dist/results/${name}.${project}.json ${root}/`,
  options: { cwd: '{workspaceRoot}' },
  outputs: [`{workspaceRoot}/dist/results/${name}.${project}.json`],
  cache: true,
});

const holds = (root, pattern) => globSync(join(root, 'src/**', pattern)).length > 0;

const describe = (root) => {
  const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const file = name.replace('@skein/', '');
  const targets = {};
  if (holds(root, '*.test.ts')) {
    targets.unit = { ...vitest(root, file, 'unit'), inputs: ['sources', '^sources', 'shared'] };
  }
  if (holds(root, '*.itest.ts')) {
    // They start whole nodes, so anything may change their outcome; and they listen on ports, so they run alone.
    targets.integration = { ...vitest(root, file, 'integration'), inputs: ['everything'], parallelism: false };
  }
  return { projects: { [root]: { root, name, targets } } };
};

export const createNodesV2 = [
  '{apps,libs,tools}/*/package.json',
  (files) => files.map((file) => [file, describe(dirname(file))]),
];

export const createDependencies = (_options, { projects, filesToProcess }) => {
  const found = [];
  for (const [source, files] of Object.entries(filesToProcess.projectFileMap)) {
    for (const { file } of files) {
      if (!file.endsWith('.ts')) continue;
      for (const [, target] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?'(@skein\/[a-z-]+)/g)) {
        if (target !== source && projects[target]) found.push({ source, target, sourceFile: file, type: 'static' });
      }
      if (!file.endsWith('.itest.ts')) continue;
      for (const [target, { root }] of Object.entries(projects)) {
        if (target !== source && root.startsWith('apps/')) found.push({ source, target, type: 'implicit' });
      }
    }
  }
  return found;
};

export const name = 'skein';
