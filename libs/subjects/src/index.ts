export { LiteralIndex } from './literal-index.ts';
export {
  hasEmptyToken,
  hasWildcard,
  isLiteral,
  isValidPattern,
  matches,
  subjectFromText,
  subjectText,
} from './subject.ts';
export { SubjectStrings } from './subject-strings.ts';
export { type Group, type Interested, type Match, Sublist } from './sublist.ts';
export {
  asPattern,
  isSubset,
  numberWildcards,
  overlaps,
  reversed,
  SubjectTransform,
  TransformError,
} from './transform.ts';
