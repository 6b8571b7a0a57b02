import type { ServerOptions } from '../server-process.ts';

/** What a step sends: text (UTF-8), raw bytes, or something computed from the connection's INFO (a signed nonce). */
export type Payload = string | Uint8Array | ((info: Record<string, unknown>) => string);

/**
 * One step of a script. `on` names the connection; its first step opens it and waits for INFO. After `send` and
 * `chunks` the runner sends PING and waits for the PONG (left out of the transcript), so that each step has had its
 * effect before the next begins.
 */
export type Step =
  | {
      on: string;
      send: Payload;
      /** PONGs that the step's own bytes bring */
      pongs?: number;
      /** false: no PING afterwards */
      sync?: boolean;
    }
  | { on: string; chunks: (string | Uint8Array)[]; pongs?: number; sync?: boolean }
  /** waits for this text, anywhere after what earlier `expect` steps consumed */
  | { on: string; expect: string }
  /** waits for the server to close the connection */
  | { on: string; closed: true }
  /** closes the connection from the client's side */
  | { on: string; end: true }
  /** does the TLS handshake */
  | { on: string; tls: 'anonymous' | 'certificate' }
  /** as a connection's first step: opens it with the TLS handshake, before INFO */
  | { on: string; tlsFirst: true };

export interface Case {
  /** unique; topic first */
  name: string;
  /** key of `servers` */
  server: string;
  steps: Step[];
  /** the server's own PINGs are part of the transcript */
  keepPings?: boolean;
  /** frames come in no defined order: sorted, over all connections, before they are compared */
  isUnordered?: boolean;
  /** rewrites what the server chooses at random (a queue member's sid) */
  mask?: [pattern: RegExp, replacement: string];
}

export type Servers = Record<string, ServerOptions>;

/** A case on one connection `a`, in one write. */
export function single(server: string, name: string, send: Payload, pongs = 0): Case {
  return { name, server, steps: [{ on: 'a', send, pongs }] };
}

/** A case on one connection `a`, each chunk in a write of its own. */
export function split(server: string, name: string, chunks: (string | Uint8Array)[], pongs = 0): Case {
  return { name, server, steps: [{ on: 'a', chunks, pongs }] };
}

/** A case on several connections: pairs of connection and bytes. */
export function script(server: string, name: string, steps: (Step | [on: string, send: Payload])[]): Case {
  return { name, server, steps: steps.map((step) => (Array.isArray(step) ? { on: step[0], send: step[1] } : step)) };
}

/** CONNECT lines that most cases begin with; a client that does not mention `pedantic` is pedantic. */
export const QUIET = 'CONNECT {"verbose":false,"pedantic":false}\r\n';
export const PEDANTIC = 'CONNECT {"verbose":false,"pedantic":true}\r\n';
export const VERBOSE = 'CONNECT {"verbose":true,"pedantic":false}\r\n';
export const HEADERS = 'CONNECT {"verbose":false,"pedantic":false,"headers":true}\r\n';
export const MODERN = 'CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true}\r\n';
