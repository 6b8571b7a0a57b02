/**
 * The number that an inner process's publish travels with when it wants to have it back: which process that is, and its own
 * number for it. It says all that is needed to hand it back, so that nothing has to be kept for it. Connection ids, which clients'
 * requests travel with, stay far below.
 */
const INNER = 2 ** 52;
const REQUESTS = 2 ** 32;
const PROCESSES = 2 ** 20;

/** @param request 1 to 2^32 - 1 */
export const innerRequest = (process: number, request: number): number =>
  INNER + (process % PROCESSES) * REQUESTS + (request % REQUESTS);

export const isInner = (request: number): boolean => request >= INNER;

export const processOf = (request: number): number => Math.floor((request - INNER) / REQUESTS);

export const numberOf = (request: number): number => (request - INNER) % REQUESTS;
