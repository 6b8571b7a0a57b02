/** The question was right but cannot be answered now: 503, with this text. */
export class UnavailableError extends Error {}
