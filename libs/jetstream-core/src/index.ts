export { ApiError, apiErrors } from './api-error.ts';
export { checkStreamConfig } from './stream/check-stream-config.ts';
export { readStreamRequest, type StreamRequest } from './stream/read-stream-config.ts';
export type { StreamConfig, StreamSource } from './stream/stream-config.ts';
