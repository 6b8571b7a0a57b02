import type { MemberSurroundings } from '../api.ts';
import { systemRuntime } from '../runtime.ts';

/** For a process whose member a test plays itself: on no bus, with the machine's clock. */
export const nowhere = (): MemberSurroundings => ({
  instance: 0,
  version: '',
  pid: 0,
  address: '',
  routerAddress: '',
  token: new Uint8Array(),
  runtime: systemRuntime(),
  transport: { connect: () => {}, listen: async () => ({ close: () => {} }) },
});
