export { fixtures } from './fixtures.ts';
export { type Ask, converse, type Question, type Said } from './jetstream-api/converse.ts';
export { recordedApi } from './jetstream-api/recorded.ts';
export type { Scene } from './jetstream-api/scene.ts';
export { scenes as apiScenes } from './jetstream-api/scenes.ts';
export { type ServerOptions, type ServerProcess, startServer } from './server-process.ts';
export { type Fate, WireClient, type WireOptions } from './wire-client.ts';
