import { runProcess } from '@skein/process';

runProcess({
  component: 'monitor',
  async create(context) {
    const { createMonitorProcess } = await import('./server.ts');
    return createMonitorProcess(context);
  },
});
