import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ChannelHandler, Runtime, Timer } from '@skein/bus';
import type { TlsState } from './connection.ts';

import type { ListenerLog } from './listening.ts';
import type { TlsSettings } from './tls-settings.ts';
import { pinFailure, tlsStateOf } from './tls-state.ts';
import { UpgradableChannel } from './upgradable-channel.ts';

/** What becomes of a connection's TLS, for whoever handles it. */
export interface Securing {
  /** Whom log lines are about. */
  label(): string;
  /** The handshake is done; data follows. */
  secured(tls: TlsState): void;
  /** There is no handshake to wait for any more, and nothing to be written: close for 'TLS Handshake Failure'. */
  unsecured(): void;
}

/** First byte of a TLS record that holds a handshake message (RFC 8446 §5.1). */
const HANDSHAKE_RECORD = 0x16;

/**
 * How one connection to a TLS port begins: INFO in clear text, the client's hello, the handshake; or without the
 * first of these, or without the others. The client's first byte decides; the channel is settled at the end.
 */
export class TlsOpening {
  readonly channel: UpgradableChannel;
  readonly #raw: Socket;
  readonly #settings: TlsSettings;
  readonly #runtime: Runtime;
  readonly #log: ListenerLog;
  #securing!: Securing;
  #timer: Timer | null = null;
  #fallback: Timer | null = null;
  /** It is settled that the client must speak TLS, or be closed. */
  #awaitsTls = false;
  #isDone = false;
  /** Nothing goes out before the handshake. */
  #isFirst: boolean;

  constructor(raw: Socket, settings: TlsSettings, runtime: Runtime, log: ListenerLog) {
    this.#raw = raw;
    this.#settings = settings;
    this.#runtime = runtime;
    this.#log = log;
    this.#isFirst = settings.handshakeFirst !== false;
    this.channel = new UpgradableChannel(raw, settings.handshakeFirst === false ? 'clear' : 'held');
  }

  /** Nothing is read before this. */
  begin(handler: ChannelHandler, securing: Securing): void {
    this.#securing = securing;
    this.#raw.on('close', () => this.#broken());
    this.channel.attach(handler);
    if (this.channel.isEnded) {
      this.#isDone = true;
      // The peer's end must be seen, or the socket stays half open.
      this.#raw.resume();
      return;
    }
    const { handshakeFirst } = this.#settings;
    if (handshakeFirst === false) {
      // A hello must not be answered before INFO has gone out.
      this.channel.onSpoken = () => {
        this.#afterInfo();
        this.#awaitFirstByte();
      };
      return;
    }
    if (handshakeFirst === true) this.#awaitTls();
    else {
      this.#fallback = this.#runtime.setTimer(handshakeFirst.fallbackMs, () => {
        this.#isFirst = false;
        this.channel.onSpoken = () => this.#afterInfo();
        this.channel.release();
      });
    }
    this.#awaitFirstByte();
  }

  #afterInfo(): void {
    if (this.#allowsPlain) return;
    this.channel.hold();
    this.#awaitTls();
  }

  /** `handshake_first` in any form leaves clients without TLS no way in. */
  get #allowsPlain(): boolean {
    return this.#settings.allowNonTls && this.#settings.handshakeFirst === false;
  }

  #awaitTls(): void {
    this.#awaitsTls = true;
    this.#log.debug(`${this.#securing.label()} - Starting TLS client connection handshake`);
    this.#timer = this.#runtime.setTimer(this.#settings.timeoutMs, () => {
      const { localAddress, localPort, remoteAddress, remotePort } = this.#raw;
      this.#log.debug(`${this.#securing.label()} - TLS handshake timeout`);
      this.#failDebug(`read tcp ${localAddress}:${localPort}->${remoteAddress}:${remotePort}: i/o timeout`);
    });
  }

  #awaitFirstByte(): void {
    this.#raw.once('data', (chunk: Buffer) => {
      this.#raw.pause();
      this.#raw.unshift(chunk);
      if (this.#isDone) return;
      this.#fallback?.cancel();
      this.channel.onSpoken = null;
      const isPlain = chunk[0] !== HANDSHAKE_RECORD;
      if (isPlain && this.#allowsPlain) {
        this.#done();
        this.channel.settle(this.#raw);
        return;
      }
      if (!this.#awaitsTls) this.#awaitTls();
      // Looked at here rather than left to OpenSSL, which would answer with an alert.
      if (isPlain) this.#failDebug('tls: first record does not look like a TLS handshake');
      else this.#shakeHands();
    });
    this.#raw.resume();
  }

  #shakeHands(): void {
    const { context, verify } = this.#settings;
    this.channel.beginHandshake();
    const socket = new TLSSocket(this.#raw, {
      isServer: true,
      secureContext: context,
      requestCert: verify,
      rejectUnauthorized: verify,
    });
    socket.on('error', (error: Error & { code?: string; reason?: string }) => this.#fail(failureText(error)));
    socket.on('secure', () => {
      if (!this.#isDone) this.#secured(socket);
    });
  }

  #secured(socket: TLSSocket): void {
    const unverified = this.#settings.verify ? verifyError(socket) : null;
    if (unverified !== null) {
      this.#fail(`tls: failed to verify certificate: ${unverified.message}`);
      return;
    }
    const unpinned = pinFailure(socket.getPeerX509Certificate(), this.#settings.pinnedCerts);
    if (unpinned !== undefined) {
      this.#log.debug(`${this.#securing.label()} - ${unpinned}`);
      this.#fail('certificate not pinned');
      return;
    }
    this.#done();
    const tls = tlsStateOf(socket, this.#isFirst);
    this.#log.debug(`${this.#securing.label()} - TLS handshake complete`);
    this.#log.debug(
      `${this.#securing.label()} - TLS version ${tls.version.replace('TLSv', '')}, cipher suite ${tls.cipher}`,
    );
    this.#securing.secured(tls);
    this.channel.settle(socket);
  }

  /** The connection ended before it was settled. */
  #broken(): void {
    if (this.#isDone) return;
    if (this.#awaitsTls && !this.channel.isClosing) this.#fail('EOF');
    else this.#done();
  }

  #fail(text: string): void {
    if (this.#isDone) return;
    this.#log.error(`${this.#securing.label()} - TLS handshake error: ${text}`);
    this.#end();
  }

  /** What only says that somebody called who knows nothing of TLS is no error. */
  #failDebug(text: string): void {
    this.#log.debug(`${this.#securing.label()} - TLS handshake error: ${text}`);
    this.#end();
  }

  #end(): void {
    this.#done();
    this.channel.destroy();
    this.#securing.unsecured();
  }

  #done(): void {
    this.#isDone = true;
    this.#timer?.cancel();
    this.#fallback?.cancel();
  }
}

/** OpenSSL's verdict on the client's certificate: Node looks at it for its own servers only. Throws if it can't. */
function verifyError(socket: TLSSocket): Error | null {
  const { _handle } = socket as unknown as { _handle: { verifyError(): Error | null } };
  return _handle.verifyError() ?? null;
}

/** A failed handshake in the words that nats-server has for it, where it has any. */
export function failureText(error: Error & { code?: string; reason?: string }): string {
  return FAILURES[error.code ?? ''] ?? (error.reason === undefined ? error.message : `tls: ${error.reason}`);
}

const FAILURES: Readonly<Record<string, string>> = {
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: "tls: client didn't provide a certificate",
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'tls: client offered only unsupported versions',
  ERR_SSL_WRONG_VERSION_NUMBER: 'tls: first record does not look like a TLS handshake',
  ERR_SSL_HTTP_REQUEST: 'client sent an HTTP request to an HTTPS server',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'i/o timeout',
  ECONNRESET: 'EOF',
};
