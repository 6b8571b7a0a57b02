import { ownStacks } from './own-stacks.ts';

/** What a process answers on the bus: the body is JSON text, and so is the answer. */
export type Methods = Record<string, (body: string) => Promise<string>>;

/**
 * - `stacks`: answers its `ProcessStacks`
 */
export const diagnosticMethods: Methods = {
  stacks: async () => JSON.stringify(ownStacks()),
};

/** Has a member of the bus answer them. */
export function answerDiagnostics(member: {
  handle(method: string, fn: (body: string) => string | Promise<string>): void;
}): void {
  for (const [method, fn] of Object.entries(diagnosticMethods)) member.handle(method, fn);
}
