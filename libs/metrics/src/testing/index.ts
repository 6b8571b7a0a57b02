export { parseExposition } from './parse.ts';
export { recorded, recordedJetStreamNames } from './recorded.ts';
