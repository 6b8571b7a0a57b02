import { isMainThread } from 'node:worker_threads';

// The thread that checks passwords starts from this file as well: a release has no other.
if (isMainThread) {
  const { runProcess } = await import('@skein/process');
  runProcess({
    component: 'auth-resolver',
    async create(context) {
      const { createAuthResolverProcess } = await import('./process.ts');
      return createAuthResolverProcess(context, new URL(import.meta.url));
    },
  });
} else {
  const { serveBcrypt } = await import('./passwords/bcrypt-serve.ts');
  serveBcrypt();
}
