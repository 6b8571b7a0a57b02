// For the simulation: a gateway without sockets.

export { openDoor } from './door.ts';
export { GatewayMember } from './gateway-member.ts';
