import type { Member } from '@skein/bus';
import { diagnosticMethods, type ProcessProfile, type ProfileRequest } from '@skein/diagnostics';
import type { ProfileKind } from './kinds.ts';

/** What one process says. */
export interface Measured {
  component: string;
  instance: number;
  profile: ProcessProfile;
}

export interface NodeProfile {
  measured: Measured[];
  /** Of processes that did not answer, or refused: `name: reason`. */
  missing: string[];
  startedUnixMs: number;
  /** 0 where it is a picture of one moment. */
  seconds: number;
}

export interface ProfileQuestion {
  kind: ProfileKind;
  /** Absent: as the kind has it. */
  seconds?: number;
  /** One process, `gateway/0`; absent: all. */
  process?: string;
}

/** Somebody else measures at the moment. */
export class ProfilingBusyError extends Error {}

export class UnknownProcessError extends Error {}

/** On top of the time that it measures. */
const ANSWER_MS = 3000;
/** Where a kind has a time of its own. */
const SECONDS_EXPECTED = 1;

interface Asked {
  component: string;
  instance: number;
  ask(body: string, timeoutMs: number): Promise<string>;
}

/** Asks the processes of the node for profiles, all at once. One measurement at a time. */
export class Profiles {
  private readonly member: Pick<Member, 'peers' | 'request'>;
  private readonly instance: number;
  private readonly wallMs: () => number;
  private measuring: string | undefined;

  /** @param instance this monitor's */
  constructor(member: Pick<Member, 'peers' | 'request'>, instance: number, wallMs: () => number) {
    this.member = member;
    this.instance = instance;
    this.wallMs = wallMs;
  }

  async take({ kind, seconds, process }: ProfileQuestion): Promise<NodeProfile> {
    const startedUnixMs = this.wallMs();
    const { asks } = kind;
    const chosen = this.processes().filter((one) => process === undefined || nameOf(one) === process);
    if (chosen.length === 0) throw new UnknownProcessError(`no process ${process}`);
    if (asks === undefined) return { measured: [], missing: [], startedUnixMs, seconds: 0 };
    const request: ProfileRequest = { name: asks, ...(seconds !== undefined && { seconds }) };
    const ask = (): Promise<NodeProfile> => this.ask(chosen, request, startedUnixMs);
    return kind.timed ? this.alone(asks, ask) : ask();
  }

  private async ask(chosen: Asked[], request: ProfileRequest, startedUnixMs: number): Promise<NodeProfile> {
    const profile: NodeProfile = { measured: [], missing: [], startedUnixMs, seconds: request.seconds ?? 0 };
    const timeoutMs = (request.seconds ?? SECONDS_EXPECTED) * 1000 + ANSWER_MS;
    const answers = await Promise.all(
      chosen.map(async (one) => {
        try {
          return { one, profile: JSON.parse(await one.ask(JSON.stringify(request), timeoutMs)) as ProcessProfile };
        } catch (error) {
          return { one, reason: (error as Error).message };
        }
      }),
    );
    for (const { one, ...answer } of answers) {
      const { component, instance } = one;
      if (answer.profile !== undefined) profile.measured.push({ component, instance, profile: answer.profile });
      else profile.missing.push(`${nameOf(one)}: ${answer.reason}`);
    }
    return profile;
  }

  private async alone(what: string, run: () => Promise<NodeProfile>): Promise<NodeProfile> {
    if (this.measuring !== undefined) throw new ProfilingBusyError(`${this.measuring} profiling already in use`);
    this.measuring = what;
    try {
      return await run();
    } finally {
      this.measuring = undefined;
    }
  }

  /** By name, this one included. */
  private processes(): Asked[] {
    const { member } = this;
    const all: Asked[] = [
      {
        component: 'router',
        instance: 0,
        ask: (body, timeoutMs) => member.request('router', 'profile', body, timeoutMs),
      },
      { component: 'monitor', instance: this.instance, ask: (body) => diagnosticMethods.profile(body) },
    ];
    for (const { id, component, instance } of member.peers.values()) {
      if (component === 'router') continue;
      all.push({ component, instance, ask: (body, timeoutMs) => member.request(id, 'profile', body, timeoutMs) });
    }
    return all.sort((a, b) => a.component.localeCompare(b.component) || a.instance - b.instance);
  }
}

export const nameOf = ({ component, instance }: { component: string; instance: number }): string =>
  `${component}/${instance}`;
