/** Seconds on the machine's monotonic clock, which all processes share: times from different workers compare. */
export const nowSeconds = (): number => Number(process.hrtime.bigint()) / 1e9;
