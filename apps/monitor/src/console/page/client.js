/** The monitor wants to be shown a token. */
export class TokenNeeded extends Error {}

const ANSWER_MS = 5000;

/** Asks the monitor that gave this page; with a bearer token once it was asked for one. */
export class Client {
  #token = sessionStorage.getItem('skein-token') ?? '';

  /** @param {string} token */
  setToken(token) {
    this.#token = token;
    sessionStorage.setItem('skein-token', token);
  }

  get hasToken() {
    return this.#token !== '';
  }

  /**
   * JSON of a page, by its path from the monitor's base. Rejects with `TokenNeeded`, or an Error that says what went wrong.
   * @param {string} path @param {Record<string, string | number | boolean>} [query]
   */
  async get(path, query = {}) {
    const parameters = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
    const response = await fetch(`${path}?${parameters}`, {
      headers: this.#token === '' ? {} : { authorization: `Bearer ${this.#token}` },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (response.status === 401) throw new TokenNeeded(response.statusText);
    if (!response.ok) throw new Error((await response.text()) || response.statusText);
    return await response.json();
  }
}
