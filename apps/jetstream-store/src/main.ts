import { runProcess } from '@skein/process';

runProcess({
  component: 'jetstream-store',
  async create(context) {
    const { createStoreProcess } = await import('./process.ts');
    return createStoreProcess(context);
  },
});
