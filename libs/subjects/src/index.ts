export {
  hasEmptyToken,
  hasWildcard,
  isLiteral,
  isValidPattern,
  matches,
  subjectFromText,
  subjectText,
} from './subject.ts';
export { type Group, type Interested, type Match, Sublist } from './sublist.ts';
