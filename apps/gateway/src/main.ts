import { runProcess } from '@skein/process';

runProcess({
  component: 'gateway',
  async create(context) {
    const { createGatewayProcess } = await import('./server.ts');
    return createGatewayProcess(context);
  },
});
