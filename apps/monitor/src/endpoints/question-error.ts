/** A question that cannot be read, or asks for what there is not: 400 over HTTP, with this text. */
export class QuestionError extends Error {}
