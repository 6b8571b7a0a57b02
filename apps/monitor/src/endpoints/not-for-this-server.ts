import { QuestionError } from './question-error.ts';

/** Another server answers this: here it is 400 over HTTP, and a system service says nothing. */
export class NotForThisServer extends QuestionError {}
