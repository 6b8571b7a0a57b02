import type { Member } from '@skein/bus';

const ANSWER_MS = 10_000;
const AGAIN_MS = 50;

/**
 * Tells all gateways of the node something. Who does not answer is asked until it does, or has left: a frozen gateway is, after 2 s
 * (ARCHITECTURE: settlement). One of the release before, which does not know the method, is passed over. `done` for each that answered.
 */
export async function askGateways(
  bus: Pick<Member, 'peers' | 'request'>,
  wait: (ms: number) => Promise<void>,
  method: string,
  message: object,
  done: (gateway: number) => void = () => {},
): Promise<void> {
  const body = JSON.stringify(message);
  const gateways = [...bus.peers.values()].filter(({ component }) => component === 'gateway');
  await Promise.all(
    gateways.map(async ({ id }) => {
      while (bus.peers.has(id)) {
        try {
          await bus.request(id, method, body, ANSWER_MS);
          done(id);
          return;
        } catch (error) {
          if ((error as Error).message.startsWith('unknown method')) return;
          await wait(AGAIN_MS);
        }
      }
    }),
  );
}
