export { wallClock } from './clock.ts';
export type { FileSinkOptions } from './file-sink.ts';
export { fileSink } from './file-sink.ts';
export { parseLine } from './line.ts';
export type { Logger, LoggerOptions, LogSettings } from './logger.ts';
export { createLogger, jsonLine } from './logger.ts';
export type { LineSink } from './sink.ts';
export { descriptorSink } from './stream-sink.ts';
export { Timestamp } from './timestamp.ts';
