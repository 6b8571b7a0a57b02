import { endpoint, ok } from './endpoint.ts';

/** What the runtime counts; nats-server has it at `/debug/vars`. */
export const expvarz = endpoint({
  name: 'EXPVARZ',
  paths: ['/expvarz', '/debug/vars'],
  answer: () => ok({ cmdline: process.argv, memstats: process.memoryUsage() }),
});
