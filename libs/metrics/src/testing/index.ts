export { parseExposition } from './parse.ts';
