export { copyBytes, parseSize, writeDecimal, writeLatin1 } from './ascii.ts';
export { Parser, type ParseFault, type ParserLimits, type ParserSink } from './parser.ts';
export type { PubLine } from './pub-line.ts';
