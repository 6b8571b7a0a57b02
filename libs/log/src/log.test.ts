import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWallClock } from './clock.ts';
import { fileSink } from './file-sink.ts';
import { parseLine } from './line.ts';
import { createLogger, type LogSettings } from './logger.ts';
import type { LineSink } from './sink.ts';
import { type OutputStream, StreamSink } from './stream-sink.ts';

const AT = Date.UTC(2026, 10, 21, 19, 31, 16) + 123.456;
const quiet: LogSettings = { debug: false, trace: false, logtime: true, logtimeUtc: true };

function memorySink(): LineSink & { text: string } {
  return {
    text: '',
    dropped: 0,
    write(lines) {
      this.text += lines;
    },
    reopen: () => false,
    close: () => {},
  };
}

describe('lines', () => {
  it('are nats-server’s: pid, time with microseconds, level, text', () => {
    const sink = memorySink();
    const log = createLogger({
      sink,
      pid: 42,
      process: 'gateway/1',
      now: () => AT,
      settings: { ...quiet, debug: true, trace: true },
    });
    for (const level of ['info', 'debug', 'warn', 'error', 'fatal', 'trace'] as const) log[level]('text');
    const levels = ['INF', 'DBG', 'WRN', 'ERR', 'FTL', 'TRC'];
    expect(sink.text).toBe(levels.map((level) => `[42] 2026/11/21 19:31:16.123456 [${level}] text\n`).join(''));
  });

  it('have no debug and trace ones unless switched on, also later', () => {
    const sink = memorySink();
    const log = createLogger({ sink, pid: 42, process: 'gateway/1', now: () => AT, settings: quiet });
    log.debug('no');
    log.trace('no');
    expect(sink.text).toBe('');
    log.configure({ ...quiet, debug: true });
    expect([log.debugging, log.tracing]).toEqual([true, false]);
    log.debug('yes');
    expect(sink.text).toContain('[DBG] yes');
  });

  it('are JSON objects on demand, with the process that wrote them, whatever the other settings say', () => {
    const sink = memorySink();
    const settings = { ...quiet, logtime: false, processNames: true, json: true };
    const log = createLogger({ sink, pid: 42, process: 'gateway/1', now: () => AT, settings });
    log.warn('says "hello"\n');
    expect(sink.text).toMatch(/^[^\n]*\n$/);
    expect(JSON.parse(sink.text)).toEqual({
      ...{ time: '2026-11-21T19:31:16.123456Z', level: 'warn', pid: 42, process: 'gateway/1', msg: 'says "hello"\n' },
    });
    expect(parseLine(sink.text.trimEnd())).toMatchObject({ level: 'WRN', json: true });
  });

  it('name the process on demand, and stay lines that tools can read', () => {
    const sink = memorySink();
    const settings = { ...quiet, processNames: true };
    createLogger({ sink, pid: 42, process: 'gateway/1', now: () => AT, settings }).error('text');
    expect(sink.text).toBe('[42] 2026/11/21 19:31:16.123456 [ERR] gateway/1: text\n');
    expect(parseLine(sink.text.trimEnd())).toEqual({ level: 'ERR', text: 'gateway/1: text', json: false });
  });

  it('leave the time out on demand', () => {
    const sink = memorySink();
    createLogger({ sink, pid: 42, process: 'gateway/1', now: () => AT, settings: { ...quiet, logtime: false } }).info(
      'Server is ready',
    );
    expect(sink.text).toBe('[42] [INF] Server is ready\n');
  });

  it('show local time unless told otherwise', () => {
    const sink = memorySink();
    createLogger({ sink, pid: 1, process: 'gateway/1', now: () => AT, settings: { ...quiet, logtimeUtc: false } }).info(
      'x',
    );
    const local = new Date(AT);
    expect(sink.text).toContain(` ${String(local.getHours()).padStart(2, '0')}:`);
  });

  it('follow the second', () => {
    const sink = memorySink();
    let now = AT;
    const log = createLogger({ sink, pid: 1, process: 'gateway/1', now: () => now, settings: quiet });
    log.info('a');
    now += 1000;
    log.info('b');
    expect(sink.text).toContain('19:31:17.123456 [INF] b');
  });
});

describe('clock', () => {
  it('has microseconds between two ticks of the system’s', () => {
    let monotonic = 10;
    const clock = createWallClock(
      () => 1000,
      () => monotonic,
    );
    monotonic = 10.25;
    expect(clock()).toBe(1000.25);
  });

  it('follows a step of the system’s', () => {
    let wall = 1000;
    const clock = createWallClock(
      () => wall,
      () => 10,
    );
    wall = 5000;
    expect(clock()).toBe(5000);
    expect(clock()).toBe(5000);
  });
});

describe('a reader that stops', () => {
  it('costs lines, not memory or progress, and is told how many', () => {
    let written = '';
    let pending = 0;
    const stream: OutputStream = {
      get writableLength() {
        return pending;
      },
      write: (text) => {
        written += text;
        pending += text.length;
        return false;
      },
      destroy: () => {},
    };
    const sink = new StreamSink(stream, 100);
    for (let i = 0; i < 50; i++) sink.write('0123456789\n');
    expect(sink.dropped).toBe(41);
    expect(written.length).toBe(99);
    pending = 0;
    sink.write('again\n');
    expect(written.endsWith('41 log lines dropped: their reader does not read\nagain\n')).toBe(true);
    expect(sink.dropped).toBe(41);
  });
});

describe('files', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'log-test-'));
    file = join(folder, 'server.log');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are appended to, mode 0640', () => {
    const options = { file, sizeLimitBytes: 0, maxFiles: 0, now: () => AT };
    for (const line of ['one\n', 'two\n']) {
      const sink = fileSink(options);
      sink.write(line);
      sink.close();
    }
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
    expect(statSync(file).mode & 0o137).toBe(0);
  });

  it('rotate beyond the limit, named by the time with nanoseconds', () => {
    const backups: string[] = [];
    const rotated = (backup: string): unknown => backups.push(backup);
    const sink = fileSink({ file, sizeLimitBytes: 10, maxFiles: 0, now: () => AT, rotated });
    sink.write('0123456789\n');
    sink.write('next\n');
    expect(backups).toHaveLength(1);
    expect(backups[0]).toMatch(/server\.log\.2026\.11\.2\d\.\d\d\.31\.16\.1234\d{5}$/);
    expect(readFileSync(backups[0], 'utf8')).toBe('0123456789\n');
    expect(readFileSync(file, 'utf8')).toBe('next\n');
  });

  it('keep the configured number, the current one included', () => {
    let now = AT;
    const sink = fileSink({ file, sizeLimitBytes: 1, maxFiles: 3, now: () => now });
    for (let i = 0; i < 6; i++) {
      now += 1000;
      sink.write(`line ${i}\n`);
    }
    const names = readdirSync(folder).sort();
    expect(names).toHaveLength(3);
    expect(readFileSync(join(folder, names[1]), 'utf8')).toBe('line 4\n');
  });

  it('tell of a rotation and of a file removed in the new one, however small the limit is', () => {
    let now = AT;
    const tell = (what: string): void => sink.write(`[1] [INF] ${what}\n`);
    const sink = fileSink({
      ...{ file, sizeLimitBytes: 10, maxFiles: 2, now: () => now },
      rotated: (backup) => tell(`Rotated ${backup.slice(folder.length + 1)}`),
      purged: (name) => tell(`Purged ${name}`),
    });
    for (let i = 0; i < 2; i++) {
      now += 1000;
      sink.write('0123456789\n');
    }
    expect(readFileSync(file, 'utf8')).toMatch(
      /^\[1\] \[INF\] Rotated server\.log\.\S+\n\[1\] \[INF\] Purged server\.log\.\S+\n$/,
    );
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('are opened anew after they were moved away', () => {
    const sink = fileSink({ file, sizeLimitBytes: 0, maxFiles: 0, now: () => AT });
    sink.write('before\n');
    renameSync(file, `${file}.moved`);
    expect(sink.reopen()).toBe(true);
    sink.write('after\n');
    expect(readFileSync(file, 'utf8')).toBe('after\n');
  });
});
