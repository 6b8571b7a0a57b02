export { type AccountFigures, accountStat, type Traffic } from './account-stat.ts';
export { type ClientFacts, clientInfo } from './client-info.ts';
export { eventId } from './event-id.ts';
export { FEATURE_FLAGS, type ServerFacts, type ServerInfo, serverInfo } from './server-info.ts';
export { readUserToken } from './user-token.ts';
