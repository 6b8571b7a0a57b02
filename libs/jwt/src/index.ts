export type {
  AccountClaims,
  AccountLimits,
  Export,
  Import,
  RevocationList,
  WeightedMapping,
} from './claims/account.ts';
export type { ActivationClaims } from './claims/activation.ts';
export type { AuthorizationRequestClaims, AuthorizationResponseClaims } from './claims/authorization.ts';
export type { Claims, ClaimsKind, ClaimsOf } from './claims/claims.ts';
export type { GenericClaims } from './claims/generic.ts';
export type { OperatorClaims } from './claims/operator.ts';
export {
  isEmptyUser,
  type Permission,
  type Permissions,
  type TimeRange,
  type UserPermissionLimits,
  unlimited,
} from './claims/permissions.ts';
export type { SigningKeys, UserScope } from './claims/signing-keys.ts';
export type { UserClaims } from './claims/user.ts';
export { decodeJwt, decodeJwtAs, tokenBytesMax } from './decode.ts';
export { claimsJson, encodeJwt, newClaims } from './encode.ts';
export { JwtError, type JwtErrorCode } from './errors.ts';
export { isRevoked } from './revocation.ts';
export { accountSigned, issuerAccount, operatorSigned } from './signers.ts';
export { compileSources, type SourceCheck } from './sources.ts';
export { isContainedIn } from './subject.ts';
export { fillTemplate, TemplateError } from './template.ts';
export { allowedUntil } from './times.ts';
export type { Issue } from './validate/issues.ts';
export { isVersionAsserted } from './validate/operator.ts';
export { validate } from './validate/validate.ts';
