export { enforced } from './enforced.ts';
export { overlaps } from './pattern.ts';
export {
  type ConnectionPermissions,
  compilePermissions,
  type Permissions,
  type SubjectRule,
} from './permissions.ts';
export type { ResponsePermission } from './replies.ts';
