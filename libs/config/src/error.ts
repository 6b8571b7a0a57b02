/**
 * A configuration or command line that can't be used. `message` is what nats-server prints after `nats-server: `;
 * several problems are joined by line feeds, and then the last one ends with a line feed too.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
