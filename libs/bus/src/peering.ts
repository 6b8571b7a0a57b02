import type { Component, Link, MemberHandlers, MemberLimits, Peer } from './api.ts';
import { Backoff } from './backoff.ts';
import { type LinkOwner, PeerLink } from './link.ts';
import type { DecodedFrame } from './messages.ts';
import type { Runtime, Timer } from './runtime.ts';
import type { Channel, ChannelHandler, Listener, Transport } from './transport.ts';

type LinkHello = NonNullable<DecodedFrame['linkHello']>;

const HANDSHAKE_MS = 2000;
/** Accepted connections that have not said who they are. */
const GREETING_MAX = 256;

export interface PeeringOwner {
  readonly handlers: MemberHandlers;
  linkUp(link: PeerLink): void;
  linkGone(link: PeerLink, reason: string): void;
  /** Frames of an established link other than messages in transit. */
  linkFrame(link: PeerLink, frame: DecodedFrame): void;
}

export interface PeeringOptions {
  component: Component;
  address: string;
  runtime: Runtime;
  transport: Transport;
  limits: MemberLimits;
}

/** Links to the other processes in the register: of two, the one with the lower id dials. */
export class Peering implements LinkOwner {
  readonly handlers: MemberHandlers;
  readonly peers = new Map<number, Peer>();
  readonly links = new Map<number, Link>();
  private readonly options: PeeringOptions;
  private readonly owner: PeeringOwner;
  private readonly greeting = new Map<PeerLink, Timer>();
  /** Accepted from processes that the router has not announced yet. */
  private readonly early = new Map<number, PeerLink>();
  /** Accepted before the router has said who this process is. */
  private unjudged: { link: PeerLink; hello: LinkHello }[] = [];
  private readonly dialing = new Map<number, Backoff>();
  private id = 0;
  private key: Buffer = Buffer.alloc(0);
  private listener: Listener | null = null;
  private stopped = false;

  constructor(options: PeeringOptions, owner: PeeringOwner) {
    this.options = options;
    this.owner = owner;
    this.handlers = owner.handlers;
  }

  async listen(): Promise<void> {
    this.listener = await this.options.transport.listen(this.options.address, (channel) => this.accept(channel));
  }

  /** The router has given this process its id and the key that its peers expect; `peers` is the whole register. */
  register(id: number, key: Buffer, peers: readonly Peer[]): Peer[] {
    this.id = id;
    this.key = key;
    const named = new Set(peers.map((peer) => peer.id));
    const left = [...this.peers.values()].filter((peer) => !named.has(peer.id));
    for (const peer of peers) this.join(peer);
    for (const { link, hello } of this.unjudged.splice(0)) this.greeted(link, hello);
    return left;
  }

  join(peer: Peer): void {
    if (peer.id === this.id || this.peers.has(peer.id)) return;
    this.peers.set(peer.id, peer);
    const early = this.early.get(peer.id);
    if (early !== undefined) {
      this.early.delete(peer.id);
      this.welcome(early, peer);
    } else this.dial(peer.id);
  }

  leave(id: number, reason: string): Peer | undefined {
    const peer = this.peers.get(id);
    this.peers.delete(id);
    this.dialing.delete(id);
    (this.links.get(id) as PeerLink | undefined)?.destroy(reason);
    return peer;
  }

  stop(): void {
    this.stopped = true;
    this.listener?.close();
    for (const link of this.greeting.keys()) link.destroy('stopped');
    for (const link of this.links.values()) (link as PeerLink).close();
  }

  private newLink(channel: Channel): PeerLink {
    const link = new PeerLink(channel, this.options.runtime, this.options.limits, this);
    this.greeting.set(
      link,
      this.options.runtime.setTimer(HANDSHAKE_MS, () => link.destroy('no handshake')),
    );
    return link;
  }

  private accept(channel: Channel): ChannelHandler {
    const link = this.newLink(channel);
    if (this.stopped || this.greeting.size > GREETING_MAX) this.options.runtime.defer(() => link.destroy('too many'));
    return link.channelHandler;
  }

  private dial(id: number): void {
    const peer = this.peers.get(id);
    if (peer === undefined || this.stopped || this.dialing.has(id) || this.links.has(id)) return;
    if (this.id > id) return;
    const backoff = new Backoff(5, 250);
    this.dialing.set(id, backoff);
    this.attempt(peer, backoff);
  }

  private attempt(peer: Peer, backoff: Backoff): void {
    const wanted = () => !this.stopped && this.dialing.get(peer.id) === backoff;
    if (!wanted()) return;
    this.options.transport.connect(
      peer.address,
      (channel) => {
        const link = this.newLink(channel);
        link.peer = peer;
        link.send({ linkHello: { id: this.id, to: peer.id, proof: this.key } });
        link.flush();
        return link.channelHandler;
      },
      () => this.options.runtime.setTimer(backoff.next(), () => this.attempt(peer, backoff)),
    );
  }

  // ------------------------------------------------------------ LinkOwner

  linkMessage(link: PeerLink, frame: DecodedFrame): void {
    if (link.up) {
      this.owner.linkFrame(link, frame);
      return;
    }
    if (frame.linkWelcome && link.peer !== undefined && this.dialing.has(link.peer.id)) {
      this.dialing.delete(link.peer.id);
      this.established(link, link.peer);
      return;
    }
    // A health check shows no key: it learns nothing that is not for anyone who can open the socket.
    if (frame.request?.method === 'health') {
      this.owner.linkFrame(link, frame);
      return;
    }
    const hello = frame.linkHello;
    if (!hello || link.peer !== undefined) link.destroy('not a link of this node');
    else if (this.id === 0) this.unjudged.push({ link, hello });
    else this.greeted(link, hello);
  }

  private greeted(link: PeerLink, hello: LinkHello): void {
    if (hello.to !== this.id || !this.key.equals(hello.proof as Uint8Array)) {
      link.destroy('not a link of this node');
      return;
    }
    const id = hello.id as number;
    const peer = this.peers.get(id);
    if (peer !== undefined) this.welcome(link, peer);
    else {
      this.early.get(id)?.destroy('replaced');
      this.early.set(id, link);
    }
  }

  private welcome(link: PeerLink, peer: Peer): void {
    (this.links.get(peer.id) as PeerLink | undefined)?.destroy('replaced');
    link.send({ linkWelcome: { id: this.id } });
    this.established(link, peer);
  }

  private established(link: PeerLink, peer: Peer): void {
    this.greeting.get(link)?.cancel();
    this.greeting.delete(link);
    const { limits, component } = this.options;
    const between = component === 'gateway' && peer.component === 'gateway';
    link.establish(peer, between ? limits.gatewayBytesMax : limits.innerBytesMax, !between);
    this.links.set(peer.id, link);
    this.owner.linkUp(link);
  }

  linkDown(link: PeerLink, reason: string): void {
    this.greeting.get(link)?.cancel();
    this.greeting.delete(link);
    for (const [id, early] of this.early) if (early === link) this.early.delete(id);
    this.unjudged = this.unjudged.filter((one) => one.link !== link);
    const peer = link.peer;
    if (peer === undefined) return;
    if (this.links.get(peer.id) === link) {
      this.links.delete(peer.id);
      this.owner.linkGone(link, reason);
      this.dial(peer.id);
      return;
    }
    // A dialled one that got no welcome.
    const backoff = this.dialing.get(peer.id);
    if (backoff !== undefined && !this.stopped) {
      this.options.runtime.setTimer(backoff.next(), () => this.attempt(peer, backoff));
    }
  }
}
