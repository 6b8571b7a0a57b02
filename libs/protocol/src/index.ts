export { copyBytes, writeDecimal, writeLatin1 } from './ascii.ts';
export { type ParseFault, Parser, type ParserLimits, type ParserSink } from './parser.ts';
export type { PubLine } from './pub-line.ts';
