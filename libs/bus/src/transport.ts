/** What one end of a connection tells its owner. All calls come from the event loop, never from within `write`. */
export interface ChannelHandler {
  /** The bytes `buf[start..end)` are valid during the call only. */
  data(buf: Buffer, start: number, end: number): void;
  /** Everything written has been taken; `bufferedBytes` is 0. */
  drain(): void;
  /** Once, and the last call: the peer closed, the connection broke, or `close` was called. */
  closed(reason: string): void;
}

/** One end of a two-way, ordered, reliable stream of bytes. */
export interface Channel {
  /** Takes the bytes. True: the buffer may be reused at once; false: it belongs to the channel now, `drain` follows. */
  write(bytes: Buffer): boolean;
  /** Written and not yet taken by the operating system. */
  readonly bufferedBytes: number;
  pause(): void;
  resume(): void;
  /** Sends what is written, then closes; `reason` for channels that can say why. */
  close(reason?: string): void;
  /** Closes now; what is not yet sent is lost. */
  destroy(): void;
}

export interface Listener {
  close(): void;
}

export interface Transport {
  /**
   * Listens; an address left over by a dead process is taken over. Rejects when a live process listens there, or the
   * address can't be used.
   */
  listen(address: string, accept: (channel: Channel) => ChannelHandler): Promise<Listener>;
  /** `opened` is called once it is connected; when that fails, `failed` is called instead, and nothing else ever. */
  connect(address: string, opened: (channel: Channel) => ChannelHandler, failed: (reason: string) => void): void;
}
