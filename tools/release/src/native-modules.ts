import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';

const NAME = 'classic-level.node';

/** LevelDB is machine code: that for this machine is laid beside the bundles, which look for it there. */
export function copyNativeModules(outdir: string): Plugin {
  return {
    name: 'native-modules',
    setup(build) {
      let isCopied = false;
      build.onLoad({ filter: /[\\/]classic-level[\\/]binding\.js$/ }, ({ path }) => {
        copyFileSync(prebuilt(path), join(outdir, NAME));
        isCopied = true;
        return { contents: `module.exports = require('./${NAME}');` };
      });
      build.onResolve({ filter: /\.node$/ }, ({ path }) => ({ path, external: true }));
      build.onEnd(() => {
        if (!isCopied) throw new Error('classic-level loads its binding in another way now');
      });
    },
  };
}

/** As the package itself would choose it. */
function prebuilt(bindingFile: string): string {
  const choose = createRequire(bindingFile)('node-gyp-build') as { path(folder: string): string };
  return choose.path(dirname(bindingFile));
}
