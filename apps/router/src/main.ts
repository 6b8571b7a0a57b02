import { runProcess } from '@skein/process';

// Taken off before the skeleton reads its own flags.
const dashes = process.argv.indexOf('--');
const serverFlags = dashes === -1 ? [] : process.argv.splice(dashes).slice(1);

runProcess({
  component: 'router',
  async create(context) {
    const { createRouterProcess } = await import('./router-process.ts');
    return createRouterProcess(context, serverFlags);
  },
});
