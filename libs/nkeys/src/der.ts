/** RFC 8410 §7: everything before the 32 bytes of a private key in its PKCS #8 form. */
export const ed25519Private = Buffer.from('302e020100300506032b657004220420', 'hex');
export const x25519Private = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** RFC 8410 §4: everything before the 32 bytes of a public key in its SPKI form. */
export const ed25519Public = Buffer.from('302a300506032b6570032100', 'hex');
export const x25519Public = Buffer.from('302a300506032b656e032100', 'hex');
