import type { ProcessContext } from './run-process.ts';
import { productVersion } from './version.ts';

/** `MemberIdentity` of the bus: who this process is there. */
export function memberIdentity({ instance, pid, address, routerAddress, secret }: ProcessContext) {
  return { instance, version: productVersion, pid, address, routerAddress, token: secret };
}
