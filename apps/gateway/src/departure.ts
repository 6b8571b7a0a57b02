import type { Gateway } from './gateway.ts';

/** A gateway that does not answer in this time is not waited for: the whole departure has 2.5 s. */
const PASSED_MS_MAX = 400;
const SETTLED_MS_MAX = 600;

/**
 * How a gateway leaves its node without losing what is on the way: what its clients have sent reaches the others' clients,
 * and what the others have sent to it reaches its own, or is handed back.
 */
export class Departure {
  readonly #gateway: Gateway;
  #left: (() => void) | null = null;
  #sequence = 0;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  async leave(): Promise<void> {
    const gateway = this.#gateway;
    for (const { channel } of gateway.connections.values()) channel.pause();
    // What arrived in this turn is read in this turn: the monitor's last word comes just before the word to leave.
    await new Promise<void>((resolve) => gateway.runtime.defer(resolve));
    await this.#passed();
    for (const connection of gateway.connections.values()) gateway.close(connection, 'Server Shutdown');
    // Nobody sends anything here once all have applied that nobody is here; what they sent before then comes first.
    await this.#withdrawn();
    await this.#passed();
  }

  /** The bus says that more is settled. */
  settled(): void {
    if (this.#left === null || !this.#gateway.isSettled(this.#sequence)) return;
    this.#left();
    this.#left = null;
  }

  #withdrawn(): Promise<void> {
    const { member, runtime } = this.#gateway;
    this.#sequence = member.sequence;
    if (member.settled(this.#sequence)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#left = resolve;
      runtime.setTimer(SETTLED_MS_MAX, resolve);
    });
  }

  /** A link keeps its order: with the answer, all that both sides sent over it before has arrived. */
  async #passed(): Promise<void> {
    const { member } = this.#gateway;
    const gateways = [...member.links.values()].filter(({ peer }) => peer.component === 'gateway');
    await Promise.allSettled(gateways.map(({ peer }) => member.request(peer.id, 'health', '', PASSED_MS_MAX)));
  }
}
