import type { AuthPermissions, AuthRequest, AuthResponse, SubjectRule } from './api.ts';
import type { DecodedFrame, FrameBody } from './messages.ts';

type RequestMessage = NonNullable<DecodedFrame['authRequest']>;
type ResponseMessage = NonNullable<DecodedFrame['authResponse']>;
type RuleMessage = { allow?: string[] | null; deny?: string[] | null; allowSet?: boolean | null };

export const authRequestOf = (message: RequestMessage): AuthRequest => ({
  connection: message.connection as number,
  connectJson: message.connectJson as string,
  nonce: message.nonce as string,
  host: message.host as string,
  kind: message.kind as string,
  tls: message.tls as boolean,
  certificateSubject: message.certificateSubject as string,
  certificateNames: message.certificateNames as string[],
  tlsVersion: message.tlsVersion as string,
  tlsCipher: message.tlsCipher as string,
  certificates: message.certificates as string[],
  grant: message.grant as string,
});

// An empty allow list allows nothing, an absent one everything: a repeated field alone can't tell them apart.
const ruleMessage = (rule: SubjectRule | undefined): RuleMessage | undefined =>
  rule && { allow: rule.allow ?? [], deny: rule.deny ?? [], allowSet: rule.allow !== undefined };

function ruleOf(message: RuleMessage | null | undefined): SubjectRule | undefined {
  if (!message) return undefined;
  const rule: SubjectRule = {};
  if (message.allowSet) rule.allow = message.allow ?? [];
  if (message.deny && message.deny.length > 0) rule.deny = message.deny;
  return rule;
}

export function authResponseFrame(id: number, response: AuthResponse): NonNullable<FrameBody['authResponse']> {
  if (!response.allowed)
    return { id, allowed: false, error: response.error, reason: response.reason, detail: response.detail };
  const { account, user, permissions, expiresUnixMs, subscriptionsMax, payloadBytesMax } = response;
  return {
    id,
    allowed: true,
    account,
    user,
    permissions: permissions && {
      publish: ruleMessage(permissions.publish),
      subscribe: ruleMessage(permissions.subscribe),
      responses: permissions.responses && {
        messagesMax: permissions.responses.max,
        expiresMs: permissions.responses.expiresMs,
      },
    },
    expiresUnixMs,
    subscriptionsMax,
    payloadBytesMax,
    endsWithAccount: response.endsWithAccount,
    grant: response.grant,
  };
}

export function authResponseOf(message: ResponseMessage): AuthResponse {
  if (!message.allowed) {
    const { error, reason, detail } = message;
    return { allowed: false, error: error as string, reason: reason as string, ...(detail && { detail }) };
  }
  const response: AuthResponse = {
    allowed: true,
    account: message.account as string,
    user: message.user as string,
    expiresUnixMs: message.expiresUnixMs as number,
    subscriptionsMax: message.subscriptionsMax as number,
    payloadBytesMax: message.payloadBytesMax as number,
    ...(message.endsWithAccount && { endsWithAccount: true }),
    ...(message.grant && { grant: message.grant }),
  };
  if (message.permissions) {
    const { publish, subscribe, responses } = message.permissions;
    const permissions: AuthPermissions = {};
    if (publish) permissions.publish = ruleOf(publish);
    if (subscribe) permissions.subscribe = ruleOf(subscribe);
    if (responses) {
      permissions.responses = { max: responses.messagesMax as number, expiresMs: responses.expiresMs as number };
    }
    response.permissions = permissions;
  }
  return response;
}
