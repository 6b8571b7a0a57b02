export { S2Reader, S2Writer } from './stream.ts';
