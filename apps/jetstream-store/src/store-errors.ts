import { ApiError } from '@skein/jetstream-core';

/** What the API answers for the store's part, by nats-server's codes. */
export const consumerNotFound = (): ApiError => new ApiError(404, 10014, 'consumer not found');
export const streamNameInUse = (): ApiError =>
  new ApiError(400, 10058, 'stream name already in use with a different configuration');
export const subjectsOverlap = (): ApiError => new ApiError(400, 10065, 'subjects overlap with an existing stream');
/** Its disk, or too much at once: what was asked was not done, or nobody knows whether it was. */
export const storeUnavailable = (): ApiError => new ApiError(503, 10008, 'JetStream system temporarily unavailable');
/** There is room only for what has to go on. */
export const diskNearlyFull = (): ApiError => new ApiError(503, 10077, 'insufficient storage: the disk is nearly full');
