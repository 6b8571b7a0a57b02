import type { SimulatedProcess } from '@skein/bus/simulation';
import type { GatewayMember } from '@skein/gateway/internal';
import { NEVER } from './records.ts';

/** One life of a gateway: from the start of its process to its death. */
export class GatewayLife {
  readonly name: string;
  readonly instance: number;
  readonly process: SimulatedProcess;
  readonly bornAt: number;
  node!: GatewayMember;
  listening = false;
  diedAt = NEVER;
  /** Other lives that have seen their link to it end after its death, and when. */
  readonly noticedBy = new Map<GatewayLife, number>();

  constructor(name: string, instance: number, process: SimulatedProcess, bornAt: number) {
    this.name = name;
    this.instance = instance;
    this.process = process;
    this.bornAt = bornAt;
  }

  get alive(): boolean {
    return this.process.alive;
  }
}
