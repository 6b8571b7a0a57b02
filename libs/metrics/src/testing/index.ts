export { parseExposition } from './parse.ts';
export { recorded } from './recorded.ts';
