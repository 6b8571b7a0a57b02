/**
 * A request: its subject (what begins with two capitals stands behind `$JS.API.`), its body (an object is written as JSON), and what else matters.
 */
export type Request = readonly [subject: string, body?: string | object, more?: More];

export interface More {
  /** Lines. */
  readonly headers?: readonly string[];
  /** Several answers come, up to one whose text matches. */
  readonly until?: RegExp;
  /** Nobody is to answer. */
  readonly silent?: boolean;
}

/** A part of the conversation, on a server without streams. */
export interface Scene {
  /** Which configuration. */
  readonly server: keyof typeof configurations;
  /** Whose account; without one the server has no users. */
  readonly user?: string;
  readonly steps: readonly Request[];
}

/** `STORE` stands for a folder of its own. */
export const configurations = {
  plain: `
    server_name: js
    jetstream { store_dir: "STORE", max_mem: 64MB, max_file: 256MB }
  `,
  domain: `
    server_name: js
    jetstream { store_dir: "STORE", max_mem: 64MB, max_file: 256MB, domain: hub }
  `,
  limited: `
    server_name: js
    jetstream {
      store_dir: "STORE", max_mem: 1MB, max_file: 4MB
      limits { max_ack_pending: 500, max_request_batch: 100, duplicate_window: "1m" }
    }
    accounts {
      SYS { users [ { user: sys, password: p } ] }
      NONE { users [ { user: none, password: p } ] }
      FREE { jetstream: enabled, users [ { user: free, password: p } ] }
      SMALL {
        jetstream { max_mem: 64KB, max_file: 128KB, max_streams: 3, max_consumers: 2, max_ack_pending: 200, mem_max_stream_bytes: 32KB, disk_max_stream_bytes: 64KB }
        users [ { user: small, password: p } ]
      }
      STRICT { jetstream { max_file: 128KB, max_mem: 128KB, max_bytes_required: true }, users [ { user: strict, password: p } ] }
    }
    system_account: SYS
  `,
  off: `
    server_name: js
  `,
} as const;
