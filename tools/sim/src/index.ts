export { type RunOptions, runSeed, type SeedResult } from './run-seed.ts';
