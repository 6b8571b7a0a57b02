import { apiErrors, type StreamConfig } from '@skein/jetstream-core';
import { limitsFor, type Reserved, type StoreLimits } from './limits.ts';
import type { TierLimits } from './node-accounts.ts';

/** Whose streams they are. */
export interface Holder {
  readonly name: string;
  readonly limits: TierLimits;
}

const nothing = (): Reserved => ({ streams: 0, memory: 0, file: 0 });

export const tierOf = ({ num_replicas }: StreamConfig): string => `R${Math.max(1, num_replicas)}`;

/** How much of its storage a stream reserves: what it may hold at most, times its replicas. */
const sizeOf = ({ max_bytes, num_replicas }: StreamConfig): number => Math.max(0, max_bytes) * num_replicas;

/**
 * Who has reserved how much: one book for the whole node, kept where streams are created and deleted. It has no memory of its own: it is
 * written anew from the streams that there are.
 */
export class Ledger {
  readonly #store: StoreLimits;
  readonly #total = nothing();
  /** By account, then by tier. */
  readonly #accounts = new Map<string, Map<string, Reserved>>();

  constructor(store: StoreLimits) {
    this.#store = store;
  }

  /** What an account has reserved in one tier; '': in all of them. */
  reserved(account: string, tier = ''): Readonly<Reserved> {
    const tiers = this.#accounts.get(account);
    if (tier !== '') return tiers?.get(tier) ?? nothing();
    const sum = nothing();
    for (const { streams, memory, file } of tiers?.values() ?? []) {
      sum.streams += streams;
      sum.memory += memory;
      sum.file += file;
    }
    return sum;
  }

  /**
   * Notes a stream that is to be, or to become another.
   *
   * @throws ApiError 10120, 10113, 10122, 10027, 10028, 10047, which say in their detail what there is not enough of; nothing is noted then
   */
  take(holder: Holder, config: StreamConfig, before?: StreamConfig): void {
    const limits = limitsFor(holder.limits, config.num_replicas);
    if (limits.isMaxBytesRequired && config.max_bytes <= 0) throw apiErrors.maxBytesRequired();
    const own = this.reserved(holder.name, holder.limits[''] === undefined ? tierOf(config) : '');
    if (before === undefined && limits.streamsMax > 0 && own.streams >= limits.streamsMax) {
      throw apiErrors.streamsTooMany();
    }
    const { storage } = config;
    const streamMax = storage === 'memory' ? limits.memoryStreamBytesMax : limits.fileStreamBytesMax;
    if (streamMax > 0 && config.max_bytes > streamMax) throw apiErrors.streamBytesExceed();
    const more = sizeOf(config) - (before === undefined ? 0 : sizeOf(before));
    if (more > 0) {
      const ofAccount = storage === 'memory' ? limits.memoryBytesMax : limits.fileBytesMax;
      const ofServer = storage === 'memory' ? this.#store.maxMemoryBytes : this.#store.maxFileBytes;
      refuse(storage, more, own[storage], ofAccount, `account ${holder.name}`);
      refuse(storage, more, this.#total[storage], ofServer, 'server');
    }
    this.#add(holder, config, before === undefined ? 1 : 0, more);
  }

  /** A stream did not become what was noted, it is what it was before. */
  replace(holder: Holder, noted: StreamConfig, config: StreamConfig): void {
    this.give(holder, noted);
    this.note(holder, config);
  }

  /** A stream is gone, or did not come to be. */
  give(holder: Pick<Holder, 'name'>, config: StreamConfig): void {
    this.#add(holder, config, -1, -sizeOf(config));
  }

  /** A stream that is there already, however little room there is. */
  note(holder: Pick<Holder, 'name'>, config: StreamConfig): void {
    this.#add(holder, config, 1, sizeOf(config));
  }

  #add({ name }: Pick<Holder, 'name'>, config: StreamConfig, streams: number, bytes: number): void {
    const tier = tierOf(config);
    const tiers = this.#accounts.get(name) ?? new Map<string, Reserved>();
    const own = tiers.get(tier) ?? nothing();
    for (const one of [own, this.#total]) {
      one.streams += streams;
      one[config.storage] += bytes;
    }
    if (own.streams === 0) tiers.delete(tier);
    else tiers.set(tier, own);
    if (tiers.size === 0) this.#accounts.delete(name);
    else this.#accounts.set(name, tiers);
  }
}

function refuse(storage: 'memory' | 'file', more: number, reserved: number, max: number, whose: string): void {
  if (max < 0 || reserved + more <= max) return;
  const detail = `${whose}: ${more} bytes more wanted, ${reserved} of ${max} reserved`;
  throw storage === 'memory' ? apiErrors.insufficientMemory(detail) : apiErrors.insufficientStorage(detail);
}
