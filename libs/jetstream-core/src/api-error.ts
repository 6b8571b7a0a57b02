/** Why a request to `$JS.API.>` is refused, as its answer says it (ADR-1, ADR-7). */
export class ApiError extends Error {
  override name = 'ApiError';
  /** As HTTP's. */
  readonly code: number;
  /** Which error it is: what clients match on. */
  readonly errorCode: number;

  constructor(code: number, errorCode: number, description: string) {
    super(description);
    this.code = code;
    this.errorCode = errorCode;
  }

  toJSON(): { code: number; err_code: number; description: string } {
    return { code: this.code, err_code: this.errorCode, description: this.message };
  }
}

const fixed = (code: number, errorCode: number, description: string) => (): ApiError =>
  new ApiError(code, errorCode, description);
const about =
  (code: number, errorCode: number, describe: (detail: string) => string) =>
  (detail: string): ApiError =>
    new ApiError(code, errorCode, describe(detail));
const says = (detail: string): string => detail;

/** The catalogue, by nats-server's codes. */
export const apiErrors = {
  externalApiOverlap: (prefix: string, subject: string): ApiError =>
    new ApiError(400, 10021, `stream external api prefix ${prefix} must not overlap with ${subject}`),
  externalDeliveryHasWildcards: about(
    400,
    10024,
    (prefix) => `stream external delivery prefix ${prefix} must not contain wildcards`,
  ),
  invalidJson: about(400, 10025, (detail) => `invalid JSON: ${detail}`),
  mirrorWithSources: fixed(400, 10031, 'stream mirrors can not also contain other sources'),
  mirrorWithSubjects: fixed(400, 10034, 'stream mirrors can not contain subjects'),
  streamInvalidConfig: about(500, 10052, says),
  /** For the filters of mirrors and sources. */
  streamCreateFailed: about(500, 10049, says),
  streamMismatch: fixed(400, 10056, 'stream name in subject does not match request'),
  replicasNotSupported: fixed(500, 10074, 'replicas > 1 not supported in non-clustered mode'),
  streamNamePath: fixed(400, 10128, 'Stream name can not contain path separators'),
  replicasNegative: fixed(400, 10133, 'replicas count cannot be negative'),
  sourceDuplicate: fixed(400, 10140, 'duplicate source configuration detected'),
  sourceNameInvalid: fixed(400, 10141, 'sourced stream name is invalid'),
  mirrorNameInvalid: fixed(400, 10142, 'mirrored stream name is invalid'),
  mirrorFirstSequence: fixed(400, 10143, 'stream mirrors can not have first sequence configured'),
  sourceTransformInvalid: about(400, 10146, (detail) => `source transform: ${detail}`),
  sourceFiltersOverlap: fixed(400, 10147, 'source filters can not overlap'),
  mirrorFilterAndTransforms: fixed(
    400,
    10150,
    'mirror with multiple subject transforms cannot also have a single subject filter',
  ),
  transformSourceInvalid: about(400, 10155, (detail) => `stream transform source: ${detail}`),
  transformDestinationInvalid: about(400, 10156, (detail) => `stream transform: ${detail}`),
} as const;
