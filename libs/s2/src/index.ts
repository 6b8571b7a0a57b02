export { decodeBlock, encodeBlock, S2Error } from './block.ts';
export { S2Reader, S2Writer } from './stream.ts';
