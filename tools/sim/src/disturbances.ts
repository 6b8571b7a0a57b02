import type { GatewayLife } from './gateway-life.ts';
import { type Message, NEVER } from './records.ts';

interface Break {
  readonly one: GatewayLife;
  /** Null: its links to all others. */
  readonly other: GatewayLife | null;
  readonly from: number;
  to: number;
}

/** The router, or a gateway, was dead or frozen. */
interface Absence {
  /** Null: the router. */
  readonly life: GatewayLife | null;
  readonly from: number;
  to: number;
}

/**
 * Where and when frames may have got lost, and when all was well: which losses the model lets pass. Everything is as narrow as
 * can be said from outside.
 */
export class Disturbances {
  /** Longest time that anything under way takes when nothing is disturbed. */
  private readonly settleMs: number;
  private readonly breaks: Break[] = [];
  private readonly absences: Absence[] = [];
  private readonly quiet: { from: number; to: number }[] = [];

  constructor(settleMs: number) {
    this.settleMs = settleMs;
  }

  // ------------------------------------------------------------ told by the world

  /** Everything is alive, awake, linked and registered now; or is not. */
  observe(now: number, well: boolean): void {
    const current = this.quiet.at(-1);
    if (current === undefined || current.to < NEVER) {
      if (well) this.quiet.push({ from: now, to: NEVER });
    } else if (!well) current.to = now;
  }

  /** How long all has been well. */
  quietFor(now: number): number {
    const current = this.quiet.at(-1);
    return current === undefined || current.to < NEVER ? 0 : now - current.from;
  }

  /** A link was cut at `from`. */
  cut(one: GatewayLife, other: GatewayLife, from: number): void {
    this.breaks.push({ one, other, from, to: NEVER });
  }

  /** All links cut so far stand again. */
  healed(now: number): void {
    for (const broken of this.breaks) if (broken.to === NEVER) broken.to = now;
  }

  /** A gateway (null: the router) is away. */
  away(life: GatewayLife | null, from: number): void {
    this.absences.push({ life, from, to: NEVER });
  }

  /** It is back. */
  back(life: GatewayLife | null, to: number): void {
    for (const absence of this.absences) if (absence.life === life && absence.to === NEVER) absence.to = to;
  }

  /** The others have given a gateway up while it lived: it is held to nothing from when it last was frozen. */
  cutOff(life: GatewayLife, from: number, to: number): void {
    this.breaks.push({ one: life, other: null, from, to });
  }

  cutRecently(life: GatewayLife, since: number): boolean {
    return this.breaks.some(({ one, other, to }) => other !== null && (one === life || other === life) && to > since);
  }

  // ------------------------------------------------------------ asked by the model

  /** From when on everything that was under way at that moment has surely ended. */
  quietAfter(at: number): number {
    for (const { from, to } of this.quiet) {
      const end = Math.max(from, at) + this.settleMs;
      if (end <= to) return end;
    }
    return NEVER;
  }

  /** As `quietAfter`, of a message whose publisher has got its PONG: only a frozen gateway can hold it longer than a moment. */
  endOf(message: Message): number {
    const { sentAt, flushedAt } = message;
    const end = flushedAt + this.settleMs;
    const held = this.absences.some(({ life, from, to }) => life !== null && from < end && to > sentAt);
    return held ? this.quietAfter(sentAt) : Math.min(end, this.quietAfter(sentAt));
  }

  /** The link between two gateways was broken at some time between the moments. */
  between(one: GatewayLife, other: GatewayLife, from: number, to: number): boolean {
    return this.breaks.some((broken) => {
      if (broken.to < from || broken.from > to) return false;
      if (broken.other === null) return one !== other && (broken.one === one || broken.one === other);
      return (broken.one === one && broken.other === other) || (broken.one === other && broken.other === one);
    });
  }

  /** Since when a gateway was away for so long once, if it was since `from`. */
  longAbsence(life: GatewayLife, from: number, durationMs: number): number | undefined {
    return this.absences.find((absence) => {
      return absence.life === life && absence.to > from && absence.to - absence.from > durationMs;
    })?.from;
  }

  /** How many times a gateway was frozen between the moments: each may hold up the others for a while. */
  frozen(from: number, to: number): number {
    return this.absences.filter((absence) => absence.life !== null && absence.from < to && absence.to > from).length;
  }

  /** The router or this gateway was away at some time between the moments. */
  wasAway(life: GatewayLife, from: number, to: number): boolean {
    return this.absences.some((absence) => {
      return (absence.life === null || absence.life === life) && absence.from < to && absence.to > from;
    });
  }

  /** A gateway had died, and `sender` had not noticed, at some time between the moments. */
  died(life: GatewayLife, sender: GatewayLife, from: number, to: number): boolean {
    const noticedAt = life.noticedBy.get(sender) ?? NEVER;
    return life.diedAt < to && noticedAt > from;
  }
}
