import { type Level, levelOfWord } from './level.ts';

/** A finished line of the log, read back. */
export interface Line {
  level: Level;
  /** Without pid and time; of a JSON line all of it. */
  text: string;
  /** It is one JSON object. */
  json: boolean;
}

const NATS_LINE = /^\[\d+\] (?:\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} )?\[(INF|DBG|WRN|ERR|FTL|TRC)\] (.*)$/;
const JSON_LEVEL = /^\{.*?"level":"([a-z]+)"/;

/** What no logger wrote (the last words of a runtime) is an error. */
export function parseLine(line: string): Line {
  const nats = NATS_LINE.exec(line);
  if (nats !== null) return { level: nats[1] as Level, text: nats[2], json: false };
  const level = levelOfWord(JSON_LEVEL.exec(line)?.[1]);
  return { level: level ?? 'ERR', text: line, json: level !== undefined };
}
