/** Repeats a question while its view is shown: one at a time, and none while the tab is in the background. */
export class Refresher {
  #intervalMs;
  #ask;
  #running = false;
  #asking = false;
  #again = false;
  /** @type {number | undefined} */
  #timer;

  /** @param {number} intervalMs @param {() => Promise<void>} ask a rejection is tried again; the page tells of it elsewhere */
  constructor(intervalMs, ask) {
    this.#intervalMs = intervalMs;
    this.#ask = ask;
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && this.#running) this.now();
    });
  }

  start() {
    this.#running = true;
    this.now();
  }

  stop() {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  /** What was asked for has changed: what is being asked is asked once more. */
  now() {
    clearTimeout(this.#timer);
    if (this.#asking) this.#again = true;
    else void this.#go();
  }

  async #go() {
    this.#asking = true;
    do {
      this.#again = false;
      await this.#ask().catch(() => {});
    } while (this.#again);
    this.#asking = false;
    if (this.#running && !document.hidden) this.#timer = window.setTimeout(() => this.now(), this.#intervalMs);
  }
}
