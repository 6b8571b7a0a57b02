import { nowSeconds } from '../clock.ts';
import { type Address, Connection } from '../connection.ts';
import type { Credentials } from '../tenancy.ts';

/** Many connections at a time, opened a bounded number at once. */
export class Crowd {
  #connections: Connection[] = [];

  /** Resolves when all have had their PONG. */
  async open(options: { address: Address; connections: number; atOnce: number }): Promise<void> {
    await inParallel(options.connections, options.atOnce, async () => {
      this.#connections.push(await Connection.open(options.address));
    });
  }

  /** Opens and closes connections; resolves with the seconds it took. */
  async churn(options: { address: Address; connections: number; atOnce: number }): Promise<number> {
    const startedAt = nowSeconds();
    await inParallel(options.connections, options.atOnce, async () => {
      const connection = await Connection.open(options.address);
      await connection.close();
    });
    return nowSeconds() - startedAt;
  }

  /** As `churn`, each connection by other credentials; `users` are taken in turns. */
  async login(options: {
    address: Address;
    users: Credentials[];
    connections: number;
    atOnce: number;
  }): Promise<number> {
    const { address, users, connections, atOnce } = options;
    const startedAt = nowSeconds();
    let next = 0;
    await inParallel(connections, atOnce, async () => {
      const connection = await Connection.open(address, users[next++ % users.length]);
      await connection.close();
    });
    return nowSeconds() - startedAt;
  }
}

async function inParallel(times: number, atOnce: number, task: () => Promise<void>): Promise<void> {
  let left = times;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await task();
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, times) }, lane));
}
