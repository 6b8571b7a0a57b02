import { consoleFiles } from '@skein/monitor/console-files';
import type { Plugin } from 'esbuild';

/** A bundle is one file: what the monitor reads from its folders when it runs from source is put into it. */
export function embedConsoleFiles(): Plugin {
  return {
    name: 'console-files',
    setup(build) {
      let isEmbedded = false;
      build.onLoad({ filter: /[\\/]monitor[\\/]src[\\/]console[\\/]files\.ts$/ }, async () => {
        isEmbedded = true;
        return { contents: `export const consoleFiles = async () => (${JSON.stringify(await consoleFiles())});` };
      });
      build.onEnd(() => {
        if (!isEmbedded) throw new Error('the console has other files now: they are not in the bundle');
      });
    },
  };
}
